// @ts-check
// A plugin of typedoc: modules are called what people import, `@sleepi3/pcs/testing`, and not the file of their declarations.
import { Converter, ReflectionKind } from 'typedoc';

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      module.name = `@sleepi3/${module.name.replace('/dist', '')}`;
    }
  });
}
