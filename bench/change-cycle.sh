#!/bin/bash
# The peer of change-cycle.mjs: one change with bare git, nothing but plumbing where there is any.
# change-cycle.sh <repository> <folder for work trees> <file to edit> <unique name>
set -euo pipefail
repository=$1 trees=$2 file=$3 name=$4
tree_dir="$trees/$name"
cd "$repository"

git worktree add --quiet -b "agent/$name" "$tree_dir" main
printf '// %s\n' "$name" >>"$tree_dir/$file"
git -C "$tree_dir" commit --quiet --all --message "work $name"

merged=$(git merge-tree --write-tree main "agent/$name")
base=$(git rev-parse main)
commit=$(git commit-tree "$merged" -p "$base" -m "squash $name")
git read-tree -m -u "$base" "$commit"
git update-ref refs/heads/main "$commit" "$base"
git tag --annotate "restore/$name" --message 'restore point' main

git worktree remove --force "$tree_dir"
git branch --quiet -D "agent/$name"
