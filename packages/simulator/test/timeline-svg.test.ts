import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawTimeline, type Timeline, type Tone } from '../src/index.js';

interface Element {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: Element[];
  text: string;
}

/** A strict reader of the XML that a drawing may consist of: elements, attributes in double quotes, text, five entities. */
function parseXml(xml: string): Element {
  const root: Element = { name: '', attributes: {}, children: [], text: '' };
  const open = [root];
  const unescape = (text: string) => {
    if (/[<>]/.test(text) || /&(?!amp;|lt;|gt;|quot;)/.test(text)) throw new Error(`unescaped: ${text}`);
    return text
      .replace(/&quot;/g, '"')
      .replace(/&gt;/g, '>')
      .replace(/&lt;/g, '<')
      .replace(/&amp;/g, '&');
  };
  const token = /<(\/?)([a-z]+)((?: [a-zA-Z0-9-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  for (let at = 0; at < xml.length; at = token.lastIndex) {
    token.lastIndex = at;
    const match = token.exec(xml);
    if (match === null) throw new Error(`no XML: ${xml.slice(at, at + 60)}`);
    const [, closing, name = '', attributes = '', empty, text] = match;
    const parent = open.at(-1)!;
    if (text !== undefined) parent.text += unescape(text);
    else if (closing) {
      if (parent.name !== name) throw new Error(`</${name}> closes <${parent.name}>`);
      open.pop();
    } else {
      const element: Element = { name, attributes: {}, children: [], text: '' };
      for (const [, key = '', value = ''] of attributes.matchAll(/ ([\w-]+)="([^"]*)"/g)) {
        if (key in element.attributes) throw new Error(`${key} twice`);
        element.attributes[key] = unescape(value);
      }
      parent.children.push(element);
      if (!empty) open.push(element);
    }
  }
  if (open.length !== 1) throw new Error('not closed');
  return root.children[0]!;
}

function draw(timeline: Timeline, options?: Parameters<typeof drawTimeline>[1]) {
  const svg = parseXml(drawTimeline(timeline, options));
  const all = (element: Element): Element[] => [element, ...element.children.flatMap(all)];
  const elements = all(svg);
  const ofClass = (style: string) =>
    elements.filter(({ attributes }) => attributes['class']?.split(' ').includes(style));
  const texts = (style: string) => ofClass(style).map(({ text }) => text);
  /** Where the axis has a time. */
  const xOf = (tick: string) => Number(ofClass('tick').find(({ text }) => text === tick)?.attributes['x']);
  return { svg, elements, ofClass, texts, xOf };
}

const line = (name: string, changes: [number, number][], width = 1, tone?: Tone) => ({
  kind: 'digital' as const,
  name,
  width,
  ...(tone && { tone }),
  changes: changes.map(([time, value]) => ({ time, value })),
});

const fencing: Timeline = {
  title: 'A <fencing> & "more"',
  start: 0,
  end: 20_000,
  groups: [
    {
      name: 'raspberrypi-2',
      tracks: [
        line(
          'EXTIN',
          [
            [0, 0],
            [2000, 1],
            [14_000, 0],
            [19_990, 1],
          ],
          1,
          'info',
        ),
        line(
          'EXTIN count',
          [
            [0, 0],
            [3000, 1],
            [4000, 2],
            [14_000, 0],
          ],
          8,
        ),
        line(
          'power',
          [
            [0, 1],
            [12_000, 0],
            [15_000, 1],
          ],
          1,
          'good',
        ),
        {
          kind: 'events',
          name: 'power events',
          events: [
            { time: 12_000, label: 'cut', tone: 'bad' },
            { time: 12_400, label: 'a note' },
            { time: 19_900, label: 'woken at last', tone: 'good' },
          ],
        },
        { kind: 'events', name: 'heartbeat', events: [{ time: 1000 }, { time: 1001 }, { time: 2000, tone: 'bad' }] },
      ],
    },
    { name: 'an empty group', tracks: [line('nothing', [])] },
  ],
};

describe('the drawing of a timeline', () => {
  it('is a picture with a title for those who cannot see it, and styles for light and dark', () => {
    const { svg, elements } = draw(fencing);
    expect(svg.attributes).toMatchObject({ role: 'img', 'aria-labelledby': 'title', width: '960' });
    expect(elements.find(({ attributes }) => attributes['id'] === 'title')?.text).toBe('A <fencing> & "more"');
    expect(elements.find(({ name }) => name === 'style')?.text).toContain('prefers-color-scheme:dark');
    expect(draw(fencing, { width: 600 }).svg.attributes['viewBox']).toMatch(/^0 0 600 /);
  });

  it('names every group and every lane, and not the labelled events', () => {
    const { texts } = draw(fencing);
    expect(texts('group')).toEqual(['raspberrypi-2', 'an empty group']);
    expect(texts('lane')).toEqual(['EXTIN', 'EXTIN count', 'power', 'heartbeat', 'nothing']);
  });

  it('has an axis of round seconds, from where it is told to count', () => {
    expect(draw(fencing).texts('tick')).toEqual([
      '0',
      '2',
      '4',
      '6',
      '8',
      '10',
      '12',
      '14',
      '16',
      '18',
      '20',
      'seconds',
    ]);
    expect(draw({ ...fencing, start: 3300, end: 3301 }).texts('tick')).toContain('0.001');
    expect(draw(fencing, { origin: 12_000 }).texts('tick').slice(0, 7)).toEqual([
      '-12',
      '-10',
      '-8',
      '-6',
      '-4',
      '-2',
      '0',
    ]);
    expect(draw({ ...fencing, end: 1e13 }).texts('tick').length).toBeLessThan(6);
  });

  it('puts everything where the axis has its time', () => {
    const { ofClass, xOf } = draw(fencing);
    const [extin] = ofClass('fill').filter(({ name }) => name === 'rect');
    expect(Number(extin?.attributes['x'])).toBeCloseTo(xOf('2'), 1);
    expect(Number(extin?.attributes['x']) + Number(extin?.attributes['width'])).toBeCloseTo(xOf('14'), 1);
    expect(extin?.children[0]?.text).toBe('EXTIN 1 from 2.000 s, for 12.0 s');
    expect(
      Number(ofClass('mark').find(({ attributes }) => attributes['class'] === 'mark bad')?.attributes['x1']),
    ).toBeCloseTo(xOf('12'), 1);
  });

  it('says how long a line was not as at the beginning, where there is room', () => {
    expect(draw(fencing).texts('duration')).toEqual(['12.0 s', '3.0 s']);
    expect(draw({ ...fencing, end: 400_000 }).texts('duration')).toEqual(['380.0 s']);
  });

  it('writes the values of a number where there is room, and its peaks always', () => {
    expect(draw(fencing).texts('value')).toEqual(['1', '2']);
    expect(draw({ ...fencing, end: 2_000_000 }).texts('value')).toEqual(['2']);
  });

  it('labels events with their time, inside the picture, none over another', () => {
    const { ofClass } = draw(fencing);
    const labels = ofClass('label').map(({ text, attributes }) => {
      const length = text.length * 6.5;
      const x = Number(attributes['x']);
      const from = attributes['text-anchor'] === 'end' ? x - length : x;
      return { text, y: attributes['y'], from, to: from + length };
    });
    expect(labels.map(({ text }) => text).sort()).toEqual([
      'a note · 12.4 s',
      'cut · 12.0 s',
      'woken at last · 19.9 s',
    ]);
    for (const a of labels) {
      expect(a.to).toBeLessThanOrEqual(960);
      for (const b of labels) if (a !== b && a.y === b.y) expect(a.to <= b.from || b.to <= a.from).toBe(true);
    }
  });

  it('draws one tick for events too close to tell apart', () => {
    expect(draw(fencing).ofClass('beat')).toHaveLength(2);
  });

  it('of an instant, or of nothing, is a picture all the same', () => {
    expect(draw({ title: 'nothing', start: 5, end: 5, groups: [] }).texts('tick')).toContain('0');
    expect(draw({ ...fencing, start: 9000, end: 9000 }).texts('lane')).toHaveLength(4);
  });

  it('is well-formed, finite and within its frame, whatever it shows', () => {
    const track = fc.oneof(
      fc.record({
        kind: fc.constant('digital' as const),
        name: fc.string({ unit: fc.constantFrom('a', '<', '&', '"', ' ', 'é') }),
        width: fc.constantFrom(1, 8),
        changes: fc
          .array(fc.record({ time: fc.nat(50_000), value: fc.nat(1) }), { maxLength: 20 })
          .map((changes) => changes.sort((a, b) => a.time - b.time)),
      }),
      fc.record({
        kind: fc.constant('events' as const),
        name: fc.string({ maxLength: 5 }).map((name) => name.replace(/[^ -~]/g, '')),
        events: fc.array(
          fc.oneof(
            fc.record({ time: fc.nat(30_000) }),
            fc.record({ time: fc.nat(30_000), label: fc.constantFrom('a', '<b>', 'long label & more') }),
          ),
          { maxLength: 12 },
        ),
      }),
    );
    fc.assert(
      fc.property(fc.array(track, { maxLength: 6 }), fc.nat(20_000), fc.nat(30_000), (tracks, start, duration) => {
        const { svg, elements } = draw({ title: 't', start, end: start + duration, groups: [{ name: 'g', tracks }] });
        const [, , width = 0, height = 0] = svg.attributes['viewBox']!.split(' ').map(Number);
        for (const { name, attributes } of elements) {
          if (name !== 'rect' && name !== 'text') continue;
          for (const [key, limit] of [
            ['x', width],
            ['y', height],
          ] as const) {
            expect(Number(attributes[key] ?? 0)).toBeLessThanOrEqual(limit);
            expect(Number(attributes['width'] ?? 0)).toBeGreaterThanOrEqual(0);
          }
        }
        expect(JSON.stringify(elements)).not.toMatch(/NaN|Infinity|undefined/);
      }),
    );
  });
});
