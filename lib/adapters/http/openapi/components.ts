import * as z from 'zod/mini';

/** The schemas that the description names; whoever uses one of them refers to it. */
export const components = z.registry<{ readonly id: string }>();

/** Names a schema, says what it is, and shows one. */
export function component<Schema extends z.ZodMiniType>(
  id: string,
  schema: Schema,
  about: { readonly description: string; readonly examples?: z.input<Schema>[] },
): Schema {
  z.globalRegistry.add(schema, { ...z.globalRegistry.get(schema), ...about });
  components.add(schema, { id });
  return schema;
}

/** Where a reader of the description finds a component. */
export function schemaUri(id: string): string {
  return `#/components/schemas/${id}`;
}

/** What refers to a named schema. */
export function schemaRef(schema: z.ZodMiniType): { readonly $ref: string } {
  const id = components.get(schema)?.id;
  if (id === undefined) throw new Error('A reply or a body has a schema without a name.');
  return { $ref: schemaUri(id) };
}

/** Every named schema as JSON Schema, as it goes over the wire. Replies are open: a client must bear a new field. */
export function componentSchemas(): Record<string, Record<string, unknown>> {
  const { schemas } = z.toJSONSchema(components, { io: 'input', unrepresentable: 'any', uri: schemaUri });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _dialect, $id: _id, ...schema }]) => [id, { ...schema }]),
  );
}
