import { parseDocument } from 'yaml';

/** Returns `orchestrate.yaml` with one field of a section set; comments and everything else stay. The text has to be well-formed. */
export function editConfigField(
  text: string,
  edit: { readonly section: string; readonly field: string; readonly value: string | readonly string[] },
): string {
  const document = parseDocument(text);
  document.setIn([edit.section, edit.field], edit.value);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}
