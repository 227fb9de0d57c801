// The JSON schema of a definition, for editors.
import { allowed, type Field } from './fields.js';

/** The schema of the cluster file as a JSON value, draft 2020-12. */
export function jsonSchema(field: Field): Readonly<Record<string, unknown>> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Cluster file of cluster-setup',
    ...schemaOf(field),
  };
}

function schemaOf(field: Field): Readonly<Record<string, unknown>> {
  const common = {
    description: describe(field),
    ...(field.default !== undefined && { default: field.default }),
  };
  switch (field.kind) {
    case 'text':
      return { type: 'string', ...common, pattern: field.pattern.source };
    case 'integer':
      return { type: 'integer', ...common, minimum: field.min, maximum: field.max };
    case 'choice':
      return { enum: field.words, ...common };
    case 'list':
      return { type: 'array', ...common, minItems: field.min, maxItems: field.max, items: schemaOf(field.item) };
    case 'map':
      return {
        type: 'object',
        ...common,
        propertyNames: { pattern: field.key.source },
        additionalProperties: {
          anyOf: [{ type: 'string', pattern: field.value.source }, { type: ['number', 'boolean'] }],
        },
      };
    case 'object': {
      const entries = Object.entries(field.fields);
      const required = entries.filter(([, one]) => isRequired(one)).map(([key]) => key);
      return {
        type: 'object',
        ...common,
        properties: Object.fromEntries(entries.map(([key, one]) => [key, schemaOf(one)])),
        ...(required.length > 0 && { required }),
        additionalProperties: false,
      };
    }
  }
}

/** Whether a key must be there: a mapping need not when all in it has defaults. */
export function isRequired(field: Field): boolean {
  if (field.optional || field.default !== undefined) return false;
  return field.kind !== 'object' || Object.values(field.fields).some(isRequired);
}

function describe(field: Field): string {
  return field.kind === 'text' ? `${field.description} Must be ${allowed(field)}.` : field.description;
}
