/**
 * The examples of a README. A fenced block marked `ts` or `js` runs with Node as it stands; a block
 * marked `html` is what an embedder writes. Other blocks (`sh`, `json`, none) are only read.
 */

export interface Example {
  readonly language: 'ts' | 'js' | 'html';
  readonly code: string;
}

export function examplesOf(markdown: string): Example[] {
  return [...markdown.matchAll(/^```(ts|js|html)\n([\s\S]*?)^```$/gm)].map(
    ([, language, code]) => ({ language: language as Example['language'], code: code! }),
  );
}

/** What an HTML example names: custom elements, and files by their last part. */
export function namesIn(html: string): { tags: string[]; files: string[] } {
  const tags = [...html.matchAll(/<([a-z]+-[a-z-]*[a-z])[\s>]/g)].map(([, tag]) => tag!);
  const files = [...html.matchAll(/\b(?:src|href)="[^"#]*?([^"/#]+\.\w+)"/g)].map(
    ([, file]) => file!,
  );
  return { tags: [...new Set(tags)], files: [...new Set(files)] };
}
