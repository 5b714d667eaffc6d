import type { Severity } from '../diagnosis/finding.ts';
import type { HealthPartName } from '../health/part.ts';
import { blamedForMs, isOfPeople } from './blamed.ts';
import { emergencyOfAlert } from './by-alert.ts';
import { emergencyOfSignature } from './by-signature.ts';
import { signsOfWords } from './by-words.ts';
import { type Emergency, leastWeight, type Sign, weights } from './emergency.ts';
import type { EmergencyFacts } from './facts.ts';

/** Returns all that speaks for an emergency. What follows from something that speaks for one is left out: that one says more. */
export function signsOf(facts: EmergencyFacts): readonly Sign[] {
  const { words, hang } = facts;
  const seen = [
    ...signsOfAlerts(facts),
    ...signsOfFindings(facts),
    ...(hang === null ? [] : [hangSign(hang)]),
    ...signsOfParts(facts),
  ];
  return [...(words === null ? [] : signsOfWords(words)), ...seen, ...sinceSwitch(seen, facts)];
}

const bySeverity: Readonly<Record<Severity, number>> = {
  critical: weights.critical,
  warning: weights.warning,
  informational: weights.hint,
};

function signsOfAlerts({ alerts, hang }: EmergencyFacts): readonly Sign[] {
  const speaks = new Set(alerts.filter(({ key }) => emergencyOfAlert(key) !== undefined).map(({ alert }) => alert));
  return alerts.flatMap(({ alert, key, severity, sentence, raisedAtMs, cause, row }) => {
    const emergency = emergencyOfAlert(key) ?? null;
    if (isOfPeople(key) || (cause !== null && speaks.has(cause))) return [];
    const isSilent = key.startsWith('service:hung') && hang?.cause === 'silent';
    return {
      emergency: isSilent ? 'emergency-unresponsive' : emergency,
      ...{ weight: bySeverity[severity], rows: [row], sinceMs: raisedAtMs },
      sentence: `${alert} ${key}: ${sentence}`,
    };
  });
}

function signsOfFindings({ findings }: EmergencyFacts): readonly Sign[] {
  const speaks = new Set(
    findings.map(({ signature }) => signature).filter((id) => emergencyOfSignature(id) !== undefined),
  );
  return findings.flatMap(({ signature, severity, sentence, because, row, atMs }) => {
    const emergency = emergencyOfSignature(signature) ?? null;
    if (because !== null && speaks.has(because)) return [];
    return {
      ...{ emergency, weight: bySeverity[severity], sinceMs: atMs },
      sentence: `${signature}: ${sentence}`,
      rows: row === null ? [] : [row],
    };
  });
}

const hangSign = ({ cause, sentence, row, atMs }: NonNullable<EmergencyFacts['hang']>): Sign => ({
  emergency: cause === 'silent' ? 'emergency-unresponsive' : 'queue-stuck',
  ...{ weight: weights.critical, sentence, rows: [row], sinceMs: atMs },
});

const byPart: Readonly<Partial<Record<HealthPartName, Emergency>>> = {
  service: 'emergency-unresponsive',
  environment: 'bad-upgrade',
  nodes: 'node-import-failed',
  models: 'model-missing',
  disk: 'disk-full',
  memory: 'out-of-memory',
  gpu: 'gpu-lost',
};

function signsOfParts({ parts }: EmergencyFacts): readonly Sign[] {
  return parts.flatMap(({ part, state, sentence, evidence }) => {
    const emergency = byPart[part];
    if (emergency === undefined || (state !== 'bad' && state !== 'warning')) return [];
    return {
      ...{ emergency, sinceMs: null, sentence: `health, ${part}: ${sentence}` },
      weight: state === 'bad' ? weights.warning : weights.hint,
      rows: evidence.flatMap((line) => (/^#\d+$/.test(line) ? [Number(line.slice(1))] : [])),
    };
  });
}

/** What is first seen after production was switched may come from that. */
function sinceSwitch(seen: readonly Sign[], { switched }: EmergencyFacts): readonly Sign[] {
  if (switched === null) return [];
  return seen.flatMap((sign) => {
    const { emergency, weight, sinceMs, rows, sentence } = sign;
    const limitMs = blamedForMs(emergency);
    if (limitMs === undefined || weight < leastWeight || sinceMs === null) return [];
    if (sinceMs < switched.atMs || sinceMs - switched.atMs > limitMs) return [];
    return {
      ...{ emergency: 'bad-upgrade' as const, weight, sinceMs },
      rows: [switched.row, ...rows],
      sentence: `first seen after production was switched to ${switched.change}: ${sentence}`,
    };
  });
}
