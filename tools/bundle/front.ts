// A program of two languages: what sh can do before Node starts, it does; to start a Node is what most short calls take.
import { readFile } from 'node:fs/promises';
import { Module } from 'node:module';

/**
 * The first lines of a program, up to its JavaScript.
 *
 * @param sh - Lines of sh. Where they do not end, Node is started with the words of the call, and the standard input as they left it.
 */
export function opening(sh: string | undefined): string {
  if (sh === undefined) return '#!/usr/bin/env node\n';
  if (sh.includes('*/')) throw new Error('"*/" ends a comment of JavaScript: sh must do without it');
  // To sh `:` is a command that does nothing, whatever words follow it; to Node it is a string, and the rest a comment.
  return `#!/bin/sh\n':' /* What sh does before Node starts.\n${sh.trim()}\nexec node "$0" "$@"\n*/\n`;
}

/** What a bundled CommonJS module exports by default. */
export async function evaluated(bundle: string): Promise<string> {
  const module = new Module(bundle) as Module & { _compile(code: string, path: string): void };
  module._compile(await readFile(bundle, 'utf8'), bundle);
  const { default: text } = module.exports as { readonly default: string };
  return text;
}
