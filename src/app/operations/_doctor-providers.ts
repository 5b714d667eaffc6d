import type { ComputeConfig } from '../../domain/definitions/compute-config.ts';
import type { Provider } from '../../domain/providers/provider.ts';
import type { App, Installation } from '../app.ts';
import { countText, listText } from '../views/text.ts';
import { attempt, bad, good, type DoctorCheck } from './_doctor-check.ts';

/** Checks who may be asked to think: key, price, address. Nothing is sent to them. */
export async function checkProviders(
  app: App,
  installation: Installation | undefined,
): Promise<readonly DoctorCheck[]> {
  const compute = installation?.config.compute;
  if (compute === undefined || compute.providers.length === 0)
    return [good('providers', 'none is configured: no language model is asked, and no key or account is needed')];
  const checks: DoctorCheck[] = [];
  for (const provider of compute.providers) {
    const id = `provider ${provider.id}`;
    checks.push(await attempt(id, () => checkProvider(app, { id, provider, compute })));
  }
  return checks;
}

interface Looked {
  readonly id: string;
  readonly provider: Provider;
  readonly compute: ComputeConfig;
}

async function checkProvider(app: App, { id, provider, compute }: Looked): Promise<DoctorCheck> {
  const field = `compute.providers.${provider.id}`;
  const [where, place] = [`${provider.dialect} at ${provider.url}`, keyPlace(provider)];
  if (!(await app.outside.models.hasKey(provider)))
    return bad(id, `${where}; its key is not ${place.missing}`, place.hint);
  const { known, unknown, asOf } = pricesOf(provider);
  const key = provider.key === null ? 'it needs no key' : `its key is ${place.there}`;
  const models = `${countText(provider.models.length, 'model')}, ${known} with a price${asOf === '' ? '' : ` (as of ${asOf})`}`;
  const fact = `${where}; ${key}; ${models}`;
  const priceHint = `write prices, or free: true, for them under ${field} in orchestrate.yaml`;
  if (known === 0 && compute.unknownPrices === 'refuse')
    return bad(id, `${fact}: none is asked while nobody says what it costs`, priceHint);
  if (unknown.length > 0 && compute.unknownPrices === 'refuse')
    return good(id, `${fact}; not asked, for want of one: ${listText(unknown)}`, priceHint);
  return (await isSilent(app, provider)) ? good(id, `${fact}; nobody listens there`, 'start it') : good(id, fact);
}

function keyPlace({ id, key }: Provider): {
  readonly there: string;
  readonly missing: string;
  readonly hint: string | null;
} {
  if (key === null) return { there: '', missing: '', hint: null };
  if (key.kind === 'file')
    return {
      there: `in ${key.path}`,
      missing: `in ${key.path}, or others can read it`,
      hint: `write it into ${key.path}, and chmod 600 ${key.path}`,
    };
  return {
    there: `in the variable ${key.name} here`,
    missing: `in the variable ${key.name} here`,
    // A supervisor that a service starts has no variables of this shell.
    hint: `export ${key.name}=…, or name a file of mode 0600 as compute.providers.${id}.key`,
  };
}

function pricesOf({ models }: Provider): { known: number; unknown: readonly string[]; asOf: string } {
  const priced = models.flatMap(({ prices }) => (prices === null ? [] : [prices]));
  const [oldest = ''] = priced.flatMap(({ asOf }) => (asOf === '' ? [] : [asOf])).sort();
  return {
    known: priced.length,
    unknown: models.filter(({ prices }) => prices === null).map((model) => model.id),
    asOf: oldest,
  };
}

/** Of a server on this machine it can be told without asking it. */
async function isSilent(app: App, { url }: Provider): Promise<boolean> {
  const { protocol, port } = new URL(url);
  if (protocol !== 'http:') return false;
  const { kind } = await app.outside.ports.holder(port === '' ? 80 : Number(port));
  return kind === 'free';
}
