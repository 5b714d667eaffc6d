import { displayText } from '../display-text.ts';
import { dim, strong, type Line } from '../line.ts';
import { table } from './table.ts';

/** Renders any output: fields by name, lists of objects as tables. For operations without a renderer of their own. */
export function renderGeneric(output: unknown): readonly Line[] {
  if (!isObject(output)) return [cellText(output)];
  const width = Math.max(0, ...Object.keys(output).map((name) => name.length));
  return Object.entries(output).flatMap(([name, value]) => fieldLines(name, value, width));
}

function fieldLines(name: string, value: unknown, width: number): readonly Line[] {
  if (Array.isArray(value) && value.some(isObject)) {
    const rows = value.filter(isObject);
    const columns = Object.keys(rows[0] ?? {});
    return [
      [strong(name)],
      ...table(
        columns,
        rows.map((row) => columns.map((column) => cellText(row[column]))),
      ),
    ];
  }
  return [[dim(name.padEnd(width + 2)), cellText(value)]];
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'string') return displayText(value);
  if (Array.isArray(value) && !value.some(isObject)) return value.length === 0 ? '–' : value.map(cellText).join(', ');
  return JSON.stringify(value);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
