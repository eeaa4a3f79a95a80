// Reads proso packs and travel files: docs/reference/pack-format.md in 200 lines, for Node and the web.
//
//   node proso-pack.mjs FILE.pack < LINES     a line is a number (digits), or "lat lon metres" for
//                                             hotspots; prints what is found as one line of JSON
//   node proso-pack.mjs FILE.travel           prints the numbers of a travel file and their labels
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { brotliDecompressSync } from "node:zlib";

const CATEGORIES = "other loan scam telemarketing debt survey robot political charity business".split(" ");
const RATINGS = [0, 10, 20, 30, 40, 50, 60, 70, 80, 85, 90, 93, 95, 97, 98, 99];
const SAMPLES = [0, 1, 2, 3, 5, 10, 20, 50, 100, 1000];
const DAYS = [1, 3, 7, 14, 30, 60, 90, 180, 365];
const LISTINGS = ["listed", "watched", "cleared"];
const WIDTHS = { B: 1, H: 2, I: 4, Q: 8 };
const line = (value, digits) => value * 10 ** (15 - digits); // filled with zeros to 15 digits

function section(view, start, form, count) {
  const at = {
    B: (i) => view.getUint8(start + i),
    H: (i) => view.getUint16(start + 2 * i, true),
    I: (i) => view.getUint32(start + 4 * i, true),
    Q: (i) => Number(view.getBigUint64(start + 8 * i, true)), // numbers are below 10^15
  }[form];
  return { at, length: count, start };
}

function bisect(list, wanted, low, high, right) {
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (list.at(middle) < wanted || (right && list.at(middle) === wanted)) low = middle + 1;
    else high = middle;
  }
  return low;
}

const labelsOf = (table) => Array.from({ length: table.length / 8 }, (_, i) => {
  const [category, rating, sample, days, listing] = table.subarray(8 * i, 8 * i + 5);
  return { category: CATEGORIES[category], rating: RATINGS[rating] / 100, sample: SAMPLES[sample],
    days: DAYS[days] ?? null, listing: LISTINGS[listing] };
});

export function headerOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = (from, to) => new TextDecoder().decode(bytes.subarray(from, to));
  if (text(0, 8) !== "PROSOPK\n" || view.getUint16(8, true) !== 1) throw new Error("no pack of format 1");
  return { kind: view.getUint16(10, true), region: text(12, 14), serial: view.getBigUint64(16, true),
    asOf: new Date(Number(view.getBigInt64(24, true)) * 1000), rule: text(72, 104).replace(/\0+$/, "") };
}

export function openPack(bytes) {
  const header = headerOf(bytes);
  if (!createHash("sha256").update(bytes.subarray(0, -32)).digest().equals(bytes.subarray(-32))) throw new Error("the digest does not fit: truncated or altered");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let place = 104;
  const take = (form, count) => {
    const start = place;
    place += Math.ceil((WIDTHS[form] * count) / 8) * 8;
    return section(view, start, form, count);
  };
  const counts = { q: (at) => Number(view.getBigUint64(at, true)), i: (at) => view.getUint32(at, true) };
  const pack = header.kind === 1 ? numbersPack(bytes, take, counts) : hotspotsPack(view, take, counts);
  if (place !== bytes.length - 32) throw new Error("the sections do not fill the file");
  return { header, ...pack };
}

function numbersPack(bytes, take, { q, i }) {
  const [numbers, ranges, first] = [q(32), q(40), q(64)];
  const table = take("B", 8 * (bytes[48] + 256 * bytes[49]));
  const labels = labelsOf(bytes.subarray(table.start, table.start + table.length));
  const shift = bytes[50], split = 2 ** shift, buckets = take("Q", i(60)), directory = take("I", i(56));
  const lows = take(shift === 16 ? "H" : "I", numbers), codes = take("B", numbers);
  const [starts, shapes, rangeCodes, parents] = [take("Q", ranges), take("B", ranges), take("B", ranges), take("I", ranges)];
  take("I", i(52)); // the pieces of the line only save time
  function exact(value) {
    const bucket = Math.floor(value / split);
    const slot = buckets.length ? bisect(buckets, bucket, 0, buckets.length) : bucket - first;
    if (buckets.length && (slot === buckets.length || buckets.at(slot) !== bucket)) return null;
    if (slot < 0 || slot + 1 >= directory.length) return null;
    const end = directory.at(slot + 1);
    const at = bisect(lows, value % split, directory.at(slot), end);
    return at < end && lows.at(at) === value % split ? labels[codes.at(at)] : null;
  }

  function find(value) { // everything that holds a number, the most specific first
    const digits = String(value).length, at = line(value, digits), found = [exact(value)].filter(Boolean);
    for (let n = bisect(starts, at, 0, ranges, true); n; n = parents.at(n - 1)) {
      const start = starts.at(n - 1), shape = shapes.at(n - 1), prefix = shape % 16, all = shape >> 4;
      if (at - start < line(1, prefix) && prefix <= digits && (all === 0 || all === digits))
        found.push({ ...labels[rangeCodes.at(n - 1)], prefix: start / line(1, prefix), digits: all });
    }
    return found;
  }
  return { numbers, ranges, labels, find };
}

function hotspotsPack(view, take, { q, i }) {
  const [count, named, size, rowCount, firstRow] = [q(32), q(40), q(48), i(56), view.getInt32(60, true)];
  const rows = take("I", count ? rowCount + 1 : 0), longitudes = take("I", count), latitudes = take("B", count);
  const classes = take("B", count), identities = take("B", 8 * count);
  take("I", named), take("I", size ? count : 0), take("B", size);
  const radians = (degrees) => (degrees * Math.PI) / 180;
  function find(lat, lon, metres) { // nearest first; not across the date line
    const reach = metres / 111000, width = reach / Math.max(Math.cos(radians(Math.abs(lat) + reach)), 1e-9);
    const found = [], last = Math.min(Math.floor((lat + reach + 90) * 1000) - firstRow, rowCount - 1);
    for (let row = Math.max(Math.floor((lat - reach + 90) * 1000) - firstRow, 0); row <= last; row++) {
      const end = rows.at(row + 1);
      for (let at = bisect(longitudes, (lon - width + 180) * 1e5, rows.at(row), end); at < end; at++) {
        const x = longitudes.at(at) - 18e6, y = (row + firstRow) * 100 + latitudes.at(at) - 9e6;
        if (x / 1e5 > lon + width) break;
        const rise = Math.sin(radians(y / 1e5 - lat) / 2), run = Math.sin(radians(x / 1e5 - lon) / 2);
        const half = rise * rise + Math.cos(radians(lat)) * Math.cos(radians(y / 1e5)) * run * run;
        const distance = 2 * 6371008.8 * Math.asin(Math.sqrt(half));
        const identity = () => view.getBigUint64(identities.start + 8 * at, true).toString();
        if (distance <= metres) found.push({ distance, lat: y, lon: x, identity: identity(), class: classes.at(at) });
      }
    }
    return found.sort((a, b) => a.distance - b.distance);
  }
  return { hotspots: count, find };
}

export function readTravel(bytes) { // the numbers of a travel file with their labels
  if (!bytes.subarray(0, 8).equals(Buffer.from("PROSOTR\x01"))) throw new Error("no travel file");
  let place = 8;
  const size = () => {
    let value = 0, scale = 1, byte;
    do { byte = bytes[place++]; value += (byte % 128) * scale; scale *= 128; } while (byte >= 128);
    return value;
  };
  const streams = [];
  while (place < bytes.length) {
    const announced = size(), length = announced % 2 ? size() : announced / 2;
    const part = bytes.subarray(place, (place += length));
    streams.push(announced % 2 ? brotliDecompressSync(part, { maxOutputLength: Math.floor(announced / 2) + 1 }) : part);
  }
  const [frame, table, symbols, bits, plain, runs, others, rests] = streams;
  if (headerOf(frame).kind !== 1) throw new Error("a travel file of hotspots");
  const ranks = (from, to) => {
    const keys = Array.from({ length: table.length / 8 }, (_, i) => table.subarray(8 * i + from, 8 * i + to).toString("hex"));
    return { keys, sorted: [...new Set(keys)].sort() };
  };
  const heads = ranks(0, 1), tails = ranks(1, 8), labels = labelsOf(table), values = ascending(symbols, bits);
  const rest = unpacked(rests, tails.sorted.length);
  const names = categories(values, unpacked(plain, heads.sorted.length), runs, unpacked(others, heads.sorted.length));
  return values.map((value, i) => {
    const head = heads.sorted[names[i]], tail = tails.sorted[rest(i)];
    return { value, ...labels[heads.keys.findIndex((key, code) => key === head && tails.keys[code] === tail)] };
  });
}

function ascending(symbols, bits) {
  const counts = new Array(30).fill(0), below = [];
  for (const symbol of symbols) if (symbol >= 16 && symbol < 255) counts[(symbol >> 3) - 1]++;
  const reader = (from, width) => () => {
    let value = 0;
    for (let i = 0; i < width; i++, from++) value += ((bits[from >> 3] >> from % 8) & 1) * 2 ** i;
    return value;
  };
  let value = -1, start = 0;
  counts.forEach((count, width) => { below.push(reader(start * 8, width)); start += Math.ceil((count * width) / 8); });
  const wide = reader(start * 8, 64);
  return Array.from(symbols, (symbol) => {
    const width = (symbol >> 3) - 1;
    value += 1 + (symbol < 16 ? symbol : symbol === 255 ? wide() : (8 + (symbol % 8)) * 2 ** width + below[width]());
    return value;
  });
}

function unpacked(packed, used) { // the i-th of packed symbols
  const several = packed[0];
  return (i) => (used > 1 ? Math.floor(packed[1 + Math.floor(i / several)] / used ** (several - 1 - (i % several))) % used : 0);
}

function categories(values, plain, runs, others) {
  const blocks = new Map(), result = [];
  let told = 0, exceptions = 0, run = 0, seen, guess;
  for (const value of values) blocks.set(Math.floor(value / 100), (blocks.get(Math.floor(value / 100)) ?? 0) + 1);
  const nextRun = () => { let length = 0, byte; do length += byte = runs[run++] ?? Infinity; while (byte === 255); return length; };
    let left = nextRun();
  values.forEach((value, i) => {
    const block = Math.floor(value / 100), isFirst = i === 0 || Math.floor(values[i - 1] / 100) !== block;
    if (blocks.get(block) < 4) return result.push(plain(told++));
    if (isFirst) [seen, guess] = [new Map(), plain(told++)];
    const category = isFirst || left-- > 0 ? guess : ((left = nextRun()), others(exceptions++));
    seen.set(category, (seen.get(category) ?? 0) + 1);
    if (seen.get(category) > (seen.get(guess) ?? 0)) guess = category;
    result.push(category);
  });
  return result;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const bytes = readFileSync(process.argv[2]);
  const ask = (pack, text) => pack.find(...text.split(" ").map(Number));
  const rows = bytes.subarray(0, 7).toString() === "PROSOTR" ? readTravel(bytes)
    : ((pack) => readFileSync(0, "utf8").split("\n").filter(Boolean).map((text) => ask(pack, text)))(openPack(bytes));
  console.log(rows.map((row) => JSON.stringify(row)).join("\n"));
}
