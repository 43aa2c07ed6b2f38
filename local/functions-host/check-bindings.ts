import type { RegisteredFunction } from './function-registry.ts';
import { FunctionsCoreError } from './functions-core-error.ts';

const triggerTypes = ['httptrigger', 'timertrigger', 'orchestrationtrigger', 'activitytrigger'];

/**
 * Refuses a function with a trigger or binding that the local host does not play; without this it would silently never
 * run, or lose its output.
 *
 * Errors: FunctionsCoreError with the function, the binding and what is played.
 */
export function checkBindings(registered: RegisteredFunction, hasDurableClient: boolean): void {
  for (const [name, binding] of Object.entries(registered.metadata.bindings)) {
    const type = binding.type.toLowerCase();
    const played =
      name === registered.triggerName
        ? triggerTypes.includes(type)
        : binding.direction === 'in'
          ? type === 'durableclient' && hasDurableClient
          : type === 'http' && name === '$return';
    if (!played) {
      throw new FunctionsCoreError(
        `Function "${registered.name}" uses the binding "${name}" of type "${binding.type}". The local host plays HTTP, ` +
          'timer, orchestration and activity triggers, the HTTP answer and (with a durable extension) the durable client.',
      );
    }
  }
}
