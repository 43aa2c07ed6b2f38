import { z } from 'zod';

const template = z.object({
  parameters: z.record(z.string(), z.looseObject({ type: z.string().optional() })).default({}),
  outputs: z.record(z.string(), z.unknown()).default({}),
  resources: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).default([]),
});

/** Outputs, of nested templates too, that a secure parameter or a key gets into: they stay in the history for all readers. */
export function outputSecrets(compiled: unknown): readonly string[] {
  const { parameters, outputs, resources } = template.parse(compiled);
  const secure = Object.keys(parameters).filter((name) => /^secure/i.test(parameters[name]?.type ?? ''));
  const leaks = Object.entries(outputs).filter(([, output]) => {
    const text = JSON.stringify(output);
    return (
      /\blist(Keys|\w*Sas|\w*Secrets?|Credentials)\(/i.test(text) || secure.some((name) => text.includes(`'${name}'`))
    );
  });
  const nested = Object.values(resources).flatMap((resource) => Object(Object(resource).properties).template ?? []);
  return [...leaks.map(([name]) => `output ${name} tells a secret`), ...nested.flatMap(outputSecrets)];
}
