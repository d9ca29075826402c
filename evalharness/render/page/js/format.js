// Numbers and messages as the report writes them: render/numbers.py and render/phrases.py, rule by rule.

const MINUS = "\u2212";

/** A finite number as an exact decimal: {negative, digits (BigInt), scale}. */
function exact(value) {
  const [mantissa, exponent = "0"] = String(Math.abs(value)).split("e");
  const [whole, fraction = ""] = mantissa.split(".");
  const shift = Number(exponent) - fraction.length;
  const digits = BigInt(whole + fraction) * (shift > 0 ? 10n ** BigInt(shift) : 1n);
  return { negative: value < 0, digits, scale: Math.max(0, -shift) };
}

function scaledExact(value, power) {
  const number = exact(value);
  if (number.scale >= power) return { ...number, scale: number.scale - power };
  return { ...number, digits: number.digits * 10n ** BigInt(power - number.scale), scale: 0 };
}

/** Round half to even at so many places; the digits are then in units of the last place. */
function rounded(number, places) {
  if (number.scale <= places) return number.digits * 10n ** BigInt(places - number.scale);
  const unit = 10n ** BigInt(number.scale - places);
  const whole = number.digits / unit;
  const twice = (number.digits % unit) * 2n;
  return twice > unit || (twice === unit && whole % 2n === 1n) ? whole + 1n : whole;
}

function adjusted(number) {
  return number.digits === 0n ? 0 : number.digits.toString().length - 1 - number.scale;
}

function grouped(digits, places, strip) {
  const text = digits.toString().padStart(places + 1, "0");
  const whole = text.slice(0, text.length - places).replace(/\B(?=(\d{3})+$)/g, ",");
  let fraction = places ? text.slice(-places) : "";
  if (strip) fraction = fraction.replace(/0+$/, "");
  return fraction ? `${whole}.${fraction}` : whole;
}

/** Writers of numbers; settings has the language's own signs: {usd: [before, after], percent, between}. */
export function makeNumerals(settings) {
  const written = (number, places, { signed = false, strip = false, around = ["", ""] } = {}) => {
    const digits = rounded(number, places);
    const sign = digits === 0n ? "" : number.negative ? MINUS : signed ? "+" : "";
    return sign + around[0] + grouped(digits, places, strip) + around[1];
  };
  const fixed = (value, places, options) => written(exact(value), places, options);
  const significantPlaces = (number, digits) => Math.min(Math.max(0, digits - 1 - adjusted(number)), 12);
  const significant = (value, digits = 3) => {
    const number = exact(value);
    return number.digits === 0n ? "0" : written(number, significantPlaces(number, digits), { strip: true });
  };
  const dollars = (number, signed = false) => {
    const size = adjusted(number);
    const around = settings.usd;
    if (number.digits === 0n) return written(number, 0, { around });
    if (size >= 2) return written(number, 0, { signed, around });
    if (size >= -1) return written(number, 2, { signed, around });
    return written(number, significantPlaces(number, 3), { signed, around, strip: true });
  };
  const percent = (value) => {
    const number = scaledExact(value, 2);
    const size = adjusted(number);
    const places = number.digits === 0n ? 2 : size >= 2 ? 0 : size >= 1 ? 1 : 2;
    return written(number, places, { strip: true }) + settings.percent;
  };
  const points = (value) => fixed(value, 2, { signed: true });
  const probability = (value, limit = null) => {
    const inside = value !== 0 && value !== 1;
    const near = (places) => {
      const digits = rounded(exact(value), places);
      return inside && (digits === 0n || digits === 10n ** BigInt(places));
    };
    if (near(3)) return value > 0.5 ? "\u2265 0.999" : "\u2264 0.001";
    const text = fixed(value, near(2) ? 3 : 2);
    if (limit === null || value === limit || text !== fixed(limit, 2)) return text;
    const same = (other) => other.replace(/[0 %]+$/, "") === fixed(limit, 2).replace(/[0 %]+$/, "");
    return [3, 4, 5, 6].map((places) => fixed(value, places)).find((other) => !same(other)) || text;
  };
  const writers = {
    share: percent,
    roi: (value) => written(scaledExact(value, 2), 0) + settings.percent,
    pp: (value) => {
      const number = scaledExact(value, 2);
      return written(number, adjusted(number) >= 1 ? 1 : 2, { signed: true, strip: true });
    },
    probability,
    points,
    score: (value) => fixed(value, 2),
    usd: (value) => dollars(exact(value)),
    usd_per_month: (value) => dollars(exact(value)),
    usd_signed: (value) => dollars(exact(value), true),
    usd_per_request: (value) => dollars(scaledExact(value, 3)),
    tokens: (value) => fixed(value, Math.abs(value) >= 100 ? 0 : 1, { strip: true }),
    ms: (value) => fixed(value, 0),
    days: (value) => fixed(value, 0),
    months: (value) => significant(value, 2),
    count: (value) => fixed(value, 0),
    number: (value) => significant(value),
    none: (value) => significant(value),
  };
  return { fixed, writers, digits: (value, unit) => writers[unit](value), settings };
}

/** Messages of the catalogue: say(key, values); `{x:unit}` writes a number, `{x:group}` looks a name up. */
export function makeSay(messages, numerals, defaults = {}) {
  const say = (key, own = {}) => {
    const values = { ...defaults, ...own };
    if (!(key in messages)) throw new Error(`no message ${key}`);
    return messages[key].replace(/\{(\w+)(?::(\w+))?\}/g, (_, name, how) => {
      const value = values[name];
      if (value === undefined) throw new Error(`message ${key} lacks ${name}`);
      if (value === null) return messages["word.na"];
      if (!how || how === "day") return String(value);
      return how in numerals.writers ? say.number(value, how) : say.named(how, value);
    });
  };
  say.defaults = defaults;
  say.has = (key) => key in messages;
  say.named = (group, value) => messages[`${group}.${value}`] || value.replace(/_/g, " ");
  say.number = (value, unit, missing = "na") => {
    if (value === null || value === undefined) return messages[`word.${missing}`];
    return withUnit(numerals.digits(value, unit), unit);
  };
  const withUnit = (digits, unit) => {
    const key = digits === "1" && say.has(`unit.${unit}_1`) ? `unit.${unit}_1` : `unit.${unit}`;
    return say.has(key) ? messages[key].replace("{value}", digits) : digits;
  };
  say.span = (low, high, unit) => {
    if (low === null || high === null) return messages["word.unbounded"];
    const [first, last] = [numerals.digits(low, unit), numerals.digits(high, unit)];
    const { percent, between } = numerals.settings;
    const joint = messages["number.joint"];
    if (!last.endsWith(percent)) return withUnit(first + joint + last, unit);
    const start = first.endsWith(percent) ? first.slice(0, -percent.length) : first;
    return withUnit(start + (low >= 0 ? between : joint) + last, unit);
  };
  return say;
}
