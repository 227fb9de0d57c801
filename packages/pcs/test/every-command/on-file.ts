// A command that pcs carries out on a CIB in a file, and what the CIB must hold afterwards.
import type { Command } from '../../src/index.js';

/** A command that works on a CIB in a file. */
export interface OnFile {
  readonly command: Command<unknown>;
  /** XPath expressions that hold afterwards, and do not all hold before. */
  readonly then: readonly string[];
}

export const meta = (id: string, name: string, value: string) =>
  `//*[@id="${id}"]/meta_attributes/nvpair[@name="${name}" and @value="${value}"]`;
export const option = (id: string, name: string, value: string) =>
  `//*[@id="${id}"]/instance_attributes/nvpair[@name="${name}" and @value="${value}"]`;
export const prop = (name: string, value: string) => `//crm_config//nvpair[@name="${name}" and @value="${value}"]`;
