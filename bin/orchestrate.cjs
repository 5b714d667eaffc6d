#!/usr/bin/env node
'use strict';
// Runs the bundle under a Node that is new enough. It is itself parsed by whatever Node the machine has.

if (Number.parseInt(process.versions.node, 10) >= 24) {
  const path = require('node:path');
  const cache = process.env.XDG_CACHE_HOME || path.join(process.env.HOME || require('node:os').homedir(), '.cache');
  require('node:module').enableCompileCache(path.join(cache, 'orchestrate/compile'));
  require('../dist/bin.cjs');
} else {
  void startUnderNewerNode();
}

async function startUnderNewerNode() {
  const { ensureNode, runForeground, say } = require('../scripts/node24.cjs');
  try {
    const node = ensureNode();
    const args = ['--disable-warning=ExperimentalWarning', __filename, ...process.argv.slice(2)];
    process.exitCode = await runForeground(node.executable, args);
  } catch (error) {
    say(`orchestrate: ${error.message}`);
    process.exitCode = 1;
  }
}
