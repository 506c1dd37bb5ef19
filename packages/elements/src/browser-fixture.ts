/** What the browser tests share: putting an element on the page, axe, the accessibility tree, leaks. */
import 'axe-core';
import type Axe from 'axe-core';
import { LitElement, render, type TemplateResult } from 'lit';

declare global {
  interface Window {
    readonly axe: typeof Axe;
  }
}

let stage: HTMLElement | undefined;

/** Puts a template on an otherwise empty page and answers its first element, drawn completely. */
export async function mount<E extends Element = HTMLElement>(template: TemplateResult): Promise<E> {
  clear();
  document.documentElement.lang = 'ru';
  document.title = 'Kabina';
  document.body.style.margin = '0';
  stage = document.createElement('div');
  document.body.append(stage);
  render(template, stage);
  const element = stage.firstElementChild as E;
  await settle(element);
  return element;
}

export function clear(): void {
  if (stage !== undefined) render(undefined, stage);
  stage?.remove();
  stage = undefined;
}

/** Waits until an element and all that is drawn inside it have nothing left to draw. */
export async function settle(element: Element): Promise<void> {
  if (element instanceof LitElement) {
    while (!(await element.updateComplete));
    for (const child of element.renderRoot.querySelectorAll('*')) await settle(child);
  }
  for (const child of element.children) await settle(child);
}

/** Descends through shadow roots: `deep(booth, 'kabina-ballot', 'h2')`. */
export function deep<E extends Element = HTMLElement>(from: Element, ...path: string[]): E {
  let element: Element = from;
  for (const selector of path) {
    const next = element.shadowRoot?.querySelector(selector);
    if (next === null || next === undefined)
      throw new Error(`No ${selector} inside ${element.localName}`);
    element = next;
  }
  return element as E;
}

/** The element that has the focus, through shadow roots. */
export function focused(): Element | null {
  let active = document.activeElement;
  for (let next = active; next; next = active?.shadowRoot?.activeElement ?? null) active = next;
  return active;
}

/** All text drawn, through shadow roots and slots, without styles. */
export function text(node: Node): string {
  if (node instanceof HTMLStyleElement) return '';
  if (node instanceof Text) return node.data;
  const children =
    node instanceof Element && node.shadowRoot ? [...node.shadowRoot.childNodes] : [];
  return [...children, ...node.childNodes].map(text).join(' ').replace(/\s+/g, ' ');
}

/** What axe finds, one line each; `best-practice` rules about whole pages don't apply to a part. */
export async function axeProblems(element: Element): Promise<string[]> {
  const { violations } = await window.axe.run(element, {
    resultTypes: ['violations'],
    runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    rules: { region: { enabled: false }, 'page-has-heading-one': { enabled: false } },
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/** The flattened tree as axe sees it: shadow roots opened, slots filled. */
interface VirtualNode {
  readonly actualNode: Node;
  readonly children?: readonly VirtualNode[];
}

interface AxeInside {
  setup(element: Element): VirtualNode;
  teardown(): void;
  readonly commons: {
    readonly aria: {
      getRole(node: VirtualNode, options: { noPresentational: true }): string | null;
    };
    readonly dom: { isVisibleToScreenReaders(node: VirtualNode): boolean };
    readonly text: { accessibleTextVirtual(node: VirtualNode): string };
  };
}

/** Roles whose name is their content: what is inside is read with them, not once more. */
const LEAVES = /^(button|heading|radio|checkbox|img|link|textbox|progressbar)$/;
const NAMED =
  /^(group|radiogroup|region|article|table|list|listitem|status|alert|main|navigation)$/;

/** What a screen reader finds in an element, in its order: one `role name` or `text …` a line. */
export function ariaSnapshot(element: Element): string[] {
  const axe = window.axe as unknown as AxeInside;
  const { aria, dom, text: names } = axe.commons;
  const lines: string[] = [];
  const visit = (node: VirtualNode): void => {
    const { actualNode } = node;
    if (actualNode instanceof Text) {
      const words = actualNode.data.replace(/\s+/g, ' ').trim();
      if (words !== '') lines.push(`text ${words}`);
      return;
    }
    if (!dom.isVisibleToScreenReaders(node)) return;
    const role = aria.getRole(node, { noPresentational: true }) ?? '';
    const leaf = LEAVES.test(role);
    if (leaf || NAMED.test(role)) {
      const name = leaf || role.endsWith('group') ? names.accessibleTextVirtual(node) : '';
      const input = actualNode instanceof HTMLInputElement && actualNode.checked ? ' ✓' : '';
      lines.push(`${role} ${name}${input}`.trim());
    }
    // The words of a label have been read as its control's name.
    const label = actualNode instanceof HTMLLabelElement && actualNode.control !== null;
    if (leaf) return;
    for (const child of node.children ?? []) {
      if (!label || child.actualNode === (actualNode as HTMLLabelElement).control) visit(child);
    }
  };
  try {
    visit(axe.setup(element));
  } finally {
    axe.teardown();
  }
  return lines;
}

/**
 * What an element leaves behind after it has been put on the page and taken off many times:
 * listeners on the window, the document and `watched`, timers, observers.
 */
export async function leftBehind(
  template: () => TemplateResult,
  ...watched: readonly EventTarget[]
): Promise<string[]> {
  clear();
  const balance = new Map<string, number>();
  const count = (key: string, by: number): void => {
    balance.set(key, (balance.get(key) ?? 0) + by);
  };
  const targets = [window, document, document.body, ...watched];
  const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
  const { observe, disconnect } = ResizeObserver.prototype;
  const { setInterval: begin, clearInterval: stop } = window;
  const running = new Set<unknown>();
  const observers = new Set<ResizeObserver>();
  EventTarget.prototype.addEventListener = function (this: EventTarget, ...args) {
    if (targets.includes(this)) count(`listener ${args[0]}`, 1);
    add.apply(this, args);
  };
  EventTarget.prototype.removeEventListener = function (this: EventTarget, ...args) {
    if (targets.includes(this)) count(`listener ${args[0]}`, -1);
    remove.apply(this, args);
  };
  ResizeObserver.prototype.observe = function (this: ResizeObserver, ...args) {
    observers.add(this);
    observe.apply(this, args);
  };
  ResizeObserver.prototype.disconnect = function (this: ResizeObserver) {
    observers.delete(this);
    disconnect.apply(this);
  };
  window.setInterval = ((...args: Parameters<typeof begin>) => {
    const id = begin(...args);
    running.add(id);
    return id;
  }) as typeof begin;
  window.clearInterval = ((id: number) => {
    running.delete(id);
    stop(id);
  }) as typeof stop;
  try {
    for (let round = 0; round < 30; round++) {
      await mount(template());
      clear();
      await Promise.resolve();
    }
  } finally {
    EventTarget.prototype.addEventListener = add;
    EventTarget.prototype.removeEventListener = remove;
    ResizeObserver.prototype.observe = observe;
    ResizeObserver.prototype.disconnect = disconnect;
    window.setInterval = begin;
    window.clearInterval = stop;
  }
  const left = [...balance].filter(([, n]) => n !== 0).map(([key, n]) => `${key}: ${n}`);
  if (running.size > 0) left.push(`timers: ${running.size}`);
  if (observers.size > 0) left.push(`observers: ${observers.size}`);
  return left;
}
