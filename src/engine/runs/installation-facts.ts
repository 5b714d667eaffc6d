import type { InstallationConfig } from '../../domain/definitions/types.ts';
import type { installationFields } from '../../domain/expressions/scope.ts';

/** Returns what expressions may know of an installation. */
export const installationFacts = ({
  name,
  template,
  service,
  python,
}: InstallationConfig): Readonly<Record<keyof typeof installationFields, string | number>> => ({
  name,
  template,
  mode: service.mode,
  port: service.port,
  restart: service.restart === undefined ? 'never' : 'on-failure',
  resolver: python.resolver,
});
