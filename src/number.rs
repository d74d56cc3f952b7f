//! Numbers as text: printed as JavaScript prints them, and read to the nearest double.

use std::cmp::Ordering;

/// `String(number)` of JavaScript: ECMA-262, `Number::toString` with radix 10.
pub(crate) fn to_text(number: f64) -> String {
    let magnitude = number.abs();
    if number.is_nan() {
        return "NaN".into();
    }
    let mut text = String::from(if number < 0.0 { "-" } else { "" });
    if magnitude.is_infinite() {
        text.push_str("Infinity");
    } else if magnitude < MOST_WHOLE && magnitude.fract() == 0.0 {
        push_digits(&mut text, magnitude as u64);
    } else {
        let (digits, exponent) = shortest(magnitude);
        push_decimal(&mut text, digits, exponent);
    }
    text
}

/// From here on not every whole number is a double.
const MOST_WHOLE: f64 = 9_007_199_254_740_992.0;

fn push_digits(text: &mut String, number: u64) {
    if number > 9 {
        push_digits(text, number / 10);
    }
    text.extend(char::from_digit((number % 10) as u32, 10));
}

/// `digits * 10^exponent` as JavaScript writes it.
fn push_decimal(text: &mut String, digits: u64, exponent: i64) {
    let mut shown = String::new();
    push_digits(&mut shown, digits);
    // How many digits stand before the point.
    let before = shown.len() as i64 + exponent;
    let split = |at: i64| shown.split_at_checked(at as usize).unwrap_or_default();
    let zeros = |text: &mut String, count: i64| (0..count).for_each(|_| text.push('0'));
    if exponent >= 0 && before <= 21 {
        text.push_str(&shown);
        zeros(text, exponent);
    } else if (1..=21).contains(&before) {
        let (whole, rest) = split(before);
        text.extend([whole, ".", rest]);
    } else if (-5..=0).contains(&before) {
        text.push_str("0.");
        zeros(text, -before);
        text.push_str(&shown);
    } else {
        let (first, rest) = split(1);
        text.extend([first, if rest.is_empty() { "" } else { "." }, rest, if before > 0 { "e+" } else { "e-" }]);
        push_digits(text, (before - 1).unsigned_abs());
    }
}

/// The fewest digits that read as the number, and of those the nearest to it: `digits * 10^exponent`.
fn shortest(number: f64) -> (u64, i64) {
    // With one digit more a number that has few has a zero at its end, so the least count is found by halves.
    let (mut least, mut most) = (1, 17);
    let mut found = (0, 0);
    while least <= most {
        let count = (least + most) / 2;
        let (digits, exponent) = rounded(number, count);
        // Doubles lie closer below a power of two than above it: the nearest decimal may be another's, and the next not.
        match (digits..=digits + 1).find(|digits| parse(&decimal(*digits, exponent)) == Some(number)) {
            Some(digits) => {
                found = (digits, exponent);
                most = count - 1;
            }
            None => least = count + 1,
        }
    }
    let (mut digits, mut exponent) = found;
    while digits > 0 && digits % 10 == 0 {
        (digits, exponent) = (digits / 10, exponent + 1);
    }
    (digits, exponent)
}

/// The number rounded to so many digits, ties to even.
fn rounded(number: f64, count: u32) -> (u64, i64) {
    let (bits, exponent) = (number.to_bits() & ((1 << 52) - 1), (number.to_bits() >> 52) as i64);
    let number = match exponent {
        0 => Binary { bits, exponent: -1074 },
        _ => Binary { bits: bits | 1 << 52, exponent: exponent - 1075 },
    };
    // 315653 / 2^20 is the logarithm of 2 to the base of 10, near enough that there are as many digits, or one more.
    let size = number.exponent + 63 - i64::from(number.bits.leading_zeros());
    let mut scale = i64::from(count) - 1 - ((size * 315_653) >> 20);
    loop {
        let scaled = approximate(number.bits, scale);
        let below = -(scaled.exponent + number.exponent);
        let digits = scaled.bits.checked_shr(below as u32).unwrap_or_default();
        if digits >= 10_u64.pow(count) {
            scale -= 1;
            continue;
        }
        // What lies halfway to the next tells where the number itself lies.
        let up = match compare(&decimal(digits * 10 + 5, 0), -scale - 1, &number) {
            Ordering::Less => true,
            Ordering::Equal => digits % 2 == 1,
            Ordering::Greater => false,
        };
        return (digits + u64::from(up), -scale);
    }
}

fn decimal(digits: u64, exponent: i64) -> Vec<u8> {
    let mut text = String::new();
    push_digits(&mut text, digits);
    text.push_str(if exponent < 0 { "e-" } else { "e" });
    push_digits(&mut text, exponent.unsigned_abs());
    text.into()
}

/// A decimal as the nearest double, ties to even: an optional sign, digits with a point before, among or after them or
/// without one, and an optional exponent (`-1`, `.5`, `5.`, `+1.5E-3`). Anything else is none: spaces, words, no digit at
/// all. Beyond the largest double it is infinite. That is what JSON, JavaScript and Python all read; what only some of
/// them allow (`01`, `5.`, `+1`) is for the caller to refuse.
///
/// Rust's own `str::parse` reads the same, with a table of 10 kB.
pub(crate) fn parse(text: &[u8]) -> Option<f64> {
    let (sign, text) = match text {
        [b'-', rest @ ..] => (-1.0, rest),
        [b'+', rest @ ..] => (1.0, rest),
        _ => (1.0, text),
    };
    // The number is `leading * 10^exponent`, and a little more where digits are dropped.
    let (mut leading, mut exponent, mut dropped) = (0_u64, 0_i64, 0_i64);
    let (mut any, mut point) = (false, false);
    let mut rest = text;
    while let [next, after @ ..] = rest {
        match next {
            b'0'..=b'9' => {
                any = true;
                exponent -= i64::from(point);
                if dropped == 0 && leading < u64::MAX / 10 {
                    leading = leading * 10 + u64::from(next - b'0');
                } else {
                    dropped += 1;
                }
            }
            b'.' if !point => point = true,
            b'e' | b'E' => {
                exponent += parse_exponent(after)?;
                break;
            }
            _ => return None,
        }
        rest = after;
    }
    if !any {
        return None;
    }
    let magnitude = if leading == 0 {
        0.0
    } else if dropped == 0 && leading <= 1 << 53 && (-22..=22).contains(&exponent) {
        // Both are exact, and one operation rounds once.
        let power = (0..exponent.abs()).fold(1.0, |power, _| power * 10.0);
        if exponent < 0 { leading as f64 / power } else { leading as f64 * power }
    } else {
        nearest(leading, exponent + dropped, |half| compare(text, exponent, &half))
    };
    Some(sign * magnitude)
}

fn parse_exponent(text: &[u8]) -> Option<i64> {
    let (sign, digits) = match text {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] => (1, digits),
        digits => (1, digits),
    };
    let mut exponent = 0;
    for digit in digits {
        let digit = digit.checked_sub(b'0').filter(|digit| *digit < 10)?;
        // More than any text has digits, which could make up for it.
        exponent = (exponent * 10 + i64::from(digit)).min(1 << 50);
    }
    if digits.is_empty() { None } else { Some(sign * exponent) }
}

/// `bits * 2^exponent`
struct Binary {
    bits: u64,
    exponent: i64,
}

/// The double nearest to `leading * 10^exponent`, and a little more where `leading` has the first 19 digits only. `compare`
/// says how the exact number compares with one that lies halfway between two doubles.
fn nearest(leading: u64, exponent: i64, compare: impl Fn(Binary) -> Ordering) -> f64 {
    // Beyond all doubles, whatever the digits.
    match exponent {
        ..-350 => return 0.0,
        310.. => return f64::INFINITY,
        _ => {}
    }
    let Binary { bits, exponent } = approximate(leading, exponent);
    // The number is from 2^(size - 1) on, below 2^size. A double of that size has 53 bits, or fewer if it is very small.
    let size = exponent + 63;
    let places = (size + 1074).min(53);
    if places < -1 {
        return 0.0;
    }
    if size > 1024 {
        return f64::INFINITY;
    }
    let rest = 62 - places;
    let (twice, kept) = (bits >> rest, bits >> rest >> 1);
    let half = (twice | 1) << rest;
    let order = if bits.abs_diff(half) > ERROR { bits.cmp(&half) } else { compare(Binary { bits: twice | 1, exponent: exponent + rest }) };
    let even = kept & 1 == 0;
    let up = order.is_gt() || order.is_eq() && !even;
    // The highest bit kept counts one up in the exponent's bits, and so does a carry, up to infinity.
    let above = (size + 1021).max(0) as u64;
    f64::from_bits((above << 52) + kept + u64::from(up))
}

/// The highest 64 bits of 10^1, 10^2, 10^4 and so on, the last one rounded.
const POWERS: [u64; 9] = [
    0xa000_0000_0000_0000,
    0xc800_0000_0000_0000,
    0x9c40_0000_0000_0000,
    0xbebc_2000_0000_0000,
    0x8e1b_c9bf_0400_0000,
    0x9dc5_ada8_2b70_b59e,
    0xc278_1f49_ffcf_a6d5,
    0x93ba_47c9_80e9_8ce0,
    0xaa7e_ebfb_9df9_de8e,
];

/// The same of 10^-1, 10^-2, 10^-4 and so on.
const INVERSE_POWERS: [u64; 9] = [
    0xcccc_cccc_cccc_cccd,
    0xa3d7_0a3d_70a3_d70a,
    0xd1b7_1758_e219_652c,
    0xabcc_7711_8461_cefd,
    0xe695_94be_c44d_e15b,
    0xcfb1_1ead_4539_94ba,
    0xa87f_ea27_a539_e9a5,
    0xddd0_467c_64bc_e4a1,
    0xc031_4325_637a_193a,
];

/// How many units in the last of 63 bits [`approximate`] may be off: 1.5 for each of nine powers and their products, 5
/// for digits that `leading` does not have, and the last bit itself.
const ERROR: u64 = 20;

/// `leading * 10^exponent` in 63 bits.
fn approximate(leading: u64, exponent: i64) -> Binary {
    let zeros = leading.leading_zeros();
    let mut number = Binary { bits: leading << zeros, exponent: -i64::from(zeros) };
    let powers = if exponent < 0 { INVERSE_POWERS } else { POWERS };
    for (index, power) in powers.into_iter().enumerate() {
        let step = exponent.abs() & 1 << index;
        if step != 0 {
            let product = u128::from(number.bits) * u128::from(power);
            let zeros = product.leading_zeros();
            number.bits = (product << zeros >> 64) as u64;
            // 217706 / 2^16 is the logarithm of 10, near enough for these powers.
            number.exponent += ((step * exponent.signum() * 217_706) >> 16) + 1 - i64::from(zeros);
        }
    }
    Binary { bits: number.bits >> 1, exponent: number.exponent + 1 }
}

/// So many digits tell any double, and any point halfway between two, from all other numbers; of those behind it only
/// matters whether one is not 0.
const SIGNIFICANT: usize = 768;

/// How the digits of `text`, up to its exponent, times `10^exponent` compare with the other number.
fn compare(text: &[u8], mut exponent: i64, other: &Binary) -> Ordering {
    let (mut left, mut count, mut more) = (Integer::default(), 0, false);
    let (mut chunk, mut scale) = (0, 1);
    for digit in text.iter().take_while(|byte| **byte | 0x20 != b'e').filter_map(|byte| byte.checked_sub(b'0')) {
        if count == SIGNIFICANT {
            more |= digit != 0;
            exponent += 1;
        } else if count > 0 || digit > 0 {
            count += 1;
            (chunk, scale) = (chunk * 10 + u32::from(digit), scale * 10);
            if scale == 1_000_000_000 {
                left.multiply_and_add(scale, chunk);
                (chunk, scale) = (0, 1);
            }
        }
    }
    left.multiply_and_add(scale, chunk);
    let mut right = Integer::default();
    right.multiply_and_add(1, (other.bits >> 32) as u32);
    right.shift(32);
    right.multiply_and_add(1, other.bits as u32);
    // Both sides times what makes them integers: 10^n is 5^n * 2^n.
    let fives = if exponent < 0 { &mut right } else { &mut left };
    for _ in 0..exponent.abs() / 13 {
        fives.multiply_and_add(5_u32.pow(13), 0);
    }
    fives.multiply_and_add(5_u32.pow(exponent.unsigned_abs() as u32 % 13), 0);
    let twos = exponent - other.exponent;
    if twos < 0 {
        right.shift(-twos)
    } else {
        left.shift(twos)
    }
    left.cmp(&right).then(if more { Ordering::Greater } else { Ordering::Equal })
}

/// A large integer, in words from the lowest; the highest is not 0.
#[derive(Default)]
struct Integer(Vec<u32>);

impl Integer {
    fn multiply_and_add(&mut self, factor: u32, addend: u32) {
        let mut carry = u64::from(addend);
        for word in &mut self.0 {
            carry += u64::from(*word) * u64::from(factor);
            *word = carry as u32;
            carry >>= 32;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    fn shift(&mut self, bits: i64) {
        self.multiply_and_add(1 << (bits % 32), 0);
        let mut words = vec![0; bits as usize / 32];
        words.extend_from_slice(&self.0);
        self.0 = words;
    }

    fn cmp(&self, other: &Integer) -> Ordering {
        self.0.len().cmp(&other.0.len()).then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod tests;
