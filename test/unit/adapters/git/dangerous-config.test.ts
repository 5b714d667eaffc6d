import { describe, expect, it } from 'vitest';

import { parseConfigFile } from '../../../../src/adapters/git/config-file.ts';
import { decidesWhatRuns } from '../../../../src/adapters/git/dangerous-config.ts';

describe('keys that decide what git runs or shows', () => {
  it('are found whatever their letters and subsections look like', () => {
    const text = `
[core]
	fsMonitor = /tmp/x
	hooksPath = .hooks
	worktree = /victim
	sshCommand = /tmp/x
	editor = /tmp/x
	pager = /tmp/x
	attributesFile = x
	excludesFile = x
	gitProxy = /tmp/x
	alternateRefsCommand = /tmp/x
[filter "A.b"]
	clean = /tmp/x
[merge "theirs!"]
	driver = /tmp/x %A
[diff]
	external = /tmp/x
[diff "a b"]
	command = /tmp/x
	textconv = /tmp/x
[gpg "ssh"]
	program = /tmp/x
[commit]
	gpgSign
[log]
	showSignature = true
[include]
	path = ../evil
[includeIf "gitdir:~/"]
	path = ../evil
[url "ext::sh -c x"]
	insteadOf = https://
[remote "origin"]
	uploadpack = /tmp/x
	vcs = x
	url = ext::sh -c x
[protocol "ext"]
	allow = always
[credential]
	helper = !x
[extensions]
	worktreeConfig = true
[alias]
	st = !x
	co = -c core.pager=x log
[submodule "a"]
	update = !x
[http "https://x"]
	proxy = x
[interactive]
	diffFilter = x
[sequence]
	editor = x
[uploadpack]
	packObjectsHook = x
[safe]
	directory = *
`;
    const config = [...parseConfigFile(text)];
    expect(config.length).toBe(35);
    expect(config.filter(([key, values]) => !decidesWhatRuns(key, values)).map(([key]) => key)).toEqual([]);
  });

  it('are not the ones that people set every day', () => {
    const text = `
[core]
	repositoryformatversion = 0
	filemode = true
	bare = false
	logallrefupdates = true
[user]
	name = Somebody
	email = somebody@example.invalid
[remote "origin"]
	url = /srv/git/home.git
	fetch = +refs/heads/*:refs/remotes/origin/*
	pushurl = git@example.invalid:home.git
[remote "web"]
	url = https://example.invalid/home.git
[branch "main"]
	remote = origin
	merge = refs/heads/main
[alias]
	st = status --short
[pull]
	rebase = true
[color]
	ui = auto
`;
    expect(
      [...parseConfigFile(text)].filter(([key, values]) => decidesWhatRuns(key, values)).map(([key]) => key),
    ).toEqual([]);
  });
});
