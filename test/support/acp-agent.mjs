#!/usr/bin/env node
// A program that speaks the Agent Client Protocol: JSON-RPC, one message a line. It is nobody's model: asked anything, it asks leave and then
// sets the version of server.py to the one that the prompt names. `--nothing`: it only says so; `--never-ends`: it does not.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { createInterface } from 'node:readline';

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const update = (sessionId, one) => send({ method: 'session/update', params: { sessionId, update: one } });
const asked = new Map();
let cwd = process.cwd();

const answers = {
  initialize: () => ({ protocolVersion: 1, agentCapabilities: {} }),
  'session/new': (params) => {
    ({ cwd } = params);
    return { sessionId: 'session-1' };
  },
  'session/prompt': async ({ sessionId, prompt }) => {
    if (process.argv.includes('--never-ends')) await new Promise((resolve) => setTimeout(resolve, 3_600_000));
    if (!process.argv.includes('--nothing')) await change(sessionId, prompt[0].text);
    update(sessionId, { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'The version is set.' } });
    return { stopReason: 'end_turn' };
  },
};

async function change(sessionId, text) {
  const version = /VERSION = "(\w+)"/.exec(text)?.[1] ?? 'v0';
  const toolCall = { toolCallId: 'call-1', title: 'write server.py', kind: 'edit' };
  update(sessionId, { sessionUpdate: 'tool_call', ...toolCall });
  const options = [{ optionId: 'yes', name: 'Yes', kind: 'allow_once' }];
  const { outcome } = await new Promise((resolve) => {
    asked.set('leave-1', resolve);
    send({ id: 'leave-1', method: 'session/request_permission', params: { sessionId, toolCall, options } });
  });
  if (outcome.outcome !== 'selected') return;
  const path = `${cwd}/server.py`;
  writeFileSync(path, readFileSync(path, 'utf8').replace(/VERSION = "\w+"/, `VERSION = "${version}"`));
  // As coding agents like to do.
  execFileSync('git', ['commit', '--all', '--quiet', '--message=theirs'], { cwd });
  update(sessionId, { sessionUpdate: 'tool_call_update', toolCallId: 'call-1', status: 'completed' });
}

for await (const line of createInterface({ input: process.stdin })) {
  const { id, method, params, result } = JSON.parse(line);
  if (method === undefined) asked.get(id)?.(result);
  else if (answers[method] !== undefined)
    void Promise.resolve(answers[method](params)).then((value) => send({ id, result: value }));
  else if (id !== undefined) send({ id, error: { code: -32601, message: `no method ${method}` } });
}
