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
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        /// The oracle is ryu-js, which has another algorithm.
        #[test]
        fn prints_as_ryu(bits in any::<u64>(), digits in 0..1_000_000_000_000_u64, exponent in -330..300_i32) {
            let theirs = |number: f64| ryu_js::Buffer::new().format(number).to_owned();
            let few: f64 = format!("{digits}e{exponent}").parse().unwrap();
            let power = 2_f64.powi(exponent);
            for number in [f64::from_bits(bits), few, power, few.next_up(), power.next_down(), few / 3.0, f64::from_bits(bits >> 12)] {
                prop_assert_eq!(to_text(number), theirs(number));
            }
        }
    }

    /// Numbers that lie halfway between two decimals of the fewest digits, and powers of ten.
    #[test]
    fn ties_and_powers_print_as_ryu() {
        let powers = (-330..310).map(|exponent| format!("1e{exponent}").parse::<f64>().unwrap());
        let twos = (-1074..1024).map(|exponent| 2_f64.powi(exponent));
        let tiny = (1..2000).map(f64::from_bits);
        let wholes = (0..4096).map(|more| 9_007_199_254_740_992.0 + f64::from(more) * 2.0);
        let all = powers.chain(twos).chain(tiny).chain(wholes);
        let around = all.flat_map(|number| [number.next_down(), number, number.next_up()]);
        let wrong: Vec<f64> = around.filter(|number| to_text(*number) != ryu_js::Buffer::new().format(*number)).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    /// Expected values: `String(number)` in Node.
    #[test]
    fn as_javascript_prints() {
        let cases: &[(f64, &str)] = &[
            (0.0, "0"),
            (-0.0, "0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (0.1 + 0.2, "0.30000000000000004"),
            (100.0, "100"),
            (123_456.789, "123456.789"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (1.5e21, "1.5e+21"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1e-6, "0.000001"),
            (1.5e-6, "0.0000015"),
            (1e-7, "1e-7"),
            (-1.25e-7, "-1.25e-7"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (9_007_199_254_740_993.0, "9007199254740992"),
            (4_294_967_296.5, "4294967296.5"),
            (f64::NAN, "NaN"),
            (f64::INFINITY, "Infinity"),
            (f64::NEG_INFINITY, "-Infinity"),
        ];
        let wrong: Vec<_> =
            cases.iter().map(|(number, expected)| (to_text(*number), expected)).filter(|(found, expected)| found != *expected).collect();
        assert!(wrong.is_empty(), "(found, expected): {wrong:#?}");
    }

    /// Rust's own parser says what a text is; of words it takes some more.
    #[track_caller]
    fn check(texts: impl IntoIterator<Item = String>) {
        let bits = |number: Option<f64>| number.map(f64::to_bits);
        let results = texts.into_iter().map(|text| (bits(parse(text.as_bytes())), bits(text.parse().ok()), text));
        let wrong: Vec<_> = results.filter(|(found, expected, _)| found != expected).collect();
        assert!(wrong.is_empty(), "(found, expected, text): {wrong:?}");
    }

    /// Among them what Vern Paxson's "A Program for Testing IEEE Decimal-Binary Conversion" lists, and decimals that once
    /// misled well-known parsers.
    #[test]
    fn hard_decimals() {
        let texts = "
            0 -0 +0 00 1 -1 +1 01 1. .1 1.5 -.5e0 0.0e999 0e-99999999999999999999 1e0 1E+2 1e-2 1e+02 9007199254740992
            9007199254740993 9007199254740993.0 9007199254740993.00000000000000000000000000000000000000000000000001
            9007199254740995 9007199254740991.4999999999 18446744073709551615 18446744073709551616 18014398509481988
            1e22 1e23 -1e23 8.5e22 9007199254740993e22 9007199254740991e22 9007199254740992e-22 9007199254740993e-22
            123456789012345678 1234567890123456789 12345678901234567890 184467440737095516150 0.30000000000000004
            0.1 0.2 0.3 0.7 1.1 2.2250738585072011e-308 2.2250738585072012e-308 2.2250738585072014e-308
            2.225073858507201136057409796709131975934819546351645648023426109724822222021076945516529523908135087914149158913039621106870086438694594645527657207407820621743379988141063267329253552286881372149012981122451451889849057222307285255133155755015914397476397983411801999323962548289017107081850690630666655994938275772572015763062690663332647565300009245888316433037779791869612049497390377829704905051080609940730262937128958950003583799967207254304360284078895771796150945516748243471030702609144621572289880258182545180325707018860872113128079512233426288368622321503775666622503982534335974568884423900265498198385487948292206894721689831099698365846814022854243330660339850886445804001034933970427567186443383770486037861622771738545623065874679014086723327636718751234567890123456789012345678901e-308
            4.9e-324 5e-324 2.4703282292062327208e-324 2.4703282292062328e-324 2.47032822920623272e-324 2e-324 3e-324 7.4e-324 1e-323
            2.4703282292062327208299e-324 2.470328229206232720882843964341106861825299013071623822127928412503377536351043e-324
            1.7976931348623157e308 1.7976931348623158e308 1.7976931348623159e308 1.797693134862315807e308 1.8e308 1e309 -1e309
            179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042880
            179769313486231580793728971405303415079934132710037826936173778980444968292764750946649017977587207096330286416692887910946555547851940402630657488671505820681908902000708383676273854845817711531764475730270069855571366959622842914819860834936475292719074168444365510704342711559699508093042879.999
            1e-400 1e400 1e-9999999999999999999999 1e9999999999999999999999 3e-5 1e-7 69e267 999e-26 7861e-34 75569e-254
            928609e-261 9210917e80 84863171e114 653777767e273 5232604057e-298 27235667517e-109 653532977297e-123
            3142213164987e-294 46202199371337e-72 231010996856685e-73 9324754620109615e212 78459735791271921e49
            272104041512242479e200 6802601037806061975e198 20505426358836677347e-221 836168422905420598437e-234
            4891559871276714924261e222 5e-20 67e14 985e15 7693e-42 55895e-16 996622e-44 7038531e-32 60419369e-46
            702990899e-20 6930161142e-48 25933168707e-13 596428896559e20 3e-324 6.631236846766476e-316 3.2378839133029012895883524125015321748630094e-319
            1.00000000000000011102230246251565404236316680908203125 1.00000000000000011102230246251565404236316680908203124
            1.00000000000000011102230246251565404236316680908203126 1.00000000000000033306690738754696212708950042724609375
            6.02214076e23 0.000000000000000000000000000000000000000000000000000000000000000000000000000001e78
            . +. - + e1 .e1 1e 1e+ 1e- 1e1.5 1..2 1.2.3 +-1 --1 0x10 1_0 1e1e1 1f ١ 1,5 e 1e+-1";
        check(texts.split_whitespace().map(str::to_owned).chain(["".into(), " 1".into(), "1 ".into(), "1\u{0}".into()]));
        let words = ["inf", "-inf", "nan", "NaN", "infinity", "+Infinity"];
        assert!(words.iter().all(|word| parse(word.as_bytes()).is_none()));
    }

    /// Digits without end: what lies behind the last one that counts decides, and the point may lie anywhere.
    #[test]
    fn long_decimals() {
        let zeros = |count| "0".repeat(count);
        let texts = [
            format!("1{}", zeros(308)),
            format!("1{}", zeros(309)),
            format!("1{}e-{}", zeros(100_000), 100_000),
            format!("0.{}1e{}", zeros(100_000), 100_001),
            format!("{}1.5", zeros(2_000)),
            "9".repeat(5_000) + "e-4999",
            format!("0.{}", "3".repeat(10_000)),
            format!("9007199254740993.{}1", zeros(2_000)),
            format!("9007199254740993.{}", zeros(2_000)),
            format!("{}1.{}", zeros(5), zeros(900)),
        ];
        check(texts);
    }

    /// All digits of the number halfway from one double to the next.
    fn halfway(low: f64) -> String {
        // Twice as fine as doubles are: by hand, in decimal digits from the lowest.
        let (bits, exponent) = match low.to_bits() >> 52 {
            0 => (low.to_bits(), -1074),
            biased => (low.to_bits() & ((1 << 52) - 1) | 1 << 52, biased as i32 - 1075),
        };
        let mut digits: Vec<u32> = (2 * bits + 1).to_string().bytes().rev().map(|digit| u32::from(digit - b'0')).collect();
        let exponent = exponent - 1;
        for _ in 0..exponent.abs() {
            let (factor, mut carry) = (if exponent < 0 { 5 } else { 2 }, 0);
            for digit in &mut digits {
                carry += *digit * factor;
                (*digit, carry) = (carry % 10, carry / 10);
            }
            if carry > 0 {
                digits.push(carry);
            }
        }
        let text: String = digits.iter().rev().map(u32::to_string).collect();
        format!("{text}e{}", exponent.min(0))
    }

    /// The point halfway from one double to the next, and points near it.
    fn around_halfway(low: f64) -> Vec<String> {
        let text = halfway(low);
        let (digits, exponent) = text.split_once('e').unwrap();
        let (head, last) = digits.split_at(digits.len() - 1);
        let less = last.parse::<u8>().unwrap().checked_sub(1).map(|last| format!("{head}{last}"));
        let finer = |more: usize| exponent.parse::<i32>().unwrap() - more as i32;
        let zeros = "0".repeat(900);
        let below = less.map(|less| format!("{less}9e{}", finer(1)));
        let above = [format!("{digits}1e{}", finer(1)), format!("{digits}{zeros}1e{}", finer(901))];
        above.into_iter().chain(below).chain([format!("{digits}{zeros}e{}", finer(900)), text.clone()]).collect()
    }

    #[test]
    fn edges() {
        assert_eq!(halfway(1.0), "100000000000000011102230246251565404236316680908203125e-53");
        assert_eq!(halfway(9_007_199_254_740_992.0), "9007199254740993e0");
        let below_normal = f64::from_bits((1 << 52) - 1);
        let doubles = [0.0, 5e-324, 1e-323, below_normal, f64::MIN_POSITIVE, 1.0, f64::MAX];
        check(doubles.into_iter().flat_map(around_halfway));
    }

    /// Each power is within half a unit in its last bit: `(2 * bits - 1) / 2^n <= 2 * 10^k <= (2 * bits + 1) / 2^n`.
    #[test]
    fn powers_are_rounded() {
        let integer = |bits: u64, factor: u32, power: u32| {
            let mut integer = Integer::default();
            integer.multiply_and_add(1, (bits >> 32) as u32);
            integer.shift(32);
            integer.multiply_and_add(1, bits as u32);
            (0..power).for_each(|_| integer.multiply_and_add(factor, 0));
            integer
        };
        for (index, (bits, inverse)) in POWERS.into_iter().zip(INVERSE_POWERS).enumerate() {
            let power = 1 << index;
            // As large as 2^63 times the power.
            let mut whole = integer(1, 10, power);
            let shift = |integer: &Integer| i64::from(integer.0.len() as u32 * 32 - integer.0.last().unwrap().leading_zeros());
            let size = shift(&whole);
            whole.shift(64);
            for (unit, expected) in [(bits - 1, Ordering::Less), (bits, Ordering::Greater)] {
                // Twice the bits and one: the middle between them and the next.
                let mut middle = integer(unit, 2, 1);
                middle.multiply_and_add(1, 1);
                middle.shift(size - 1);
                assert!(middle.cmp(&whole) == expected || index < 5 && unit == bits - 1, "10^{power}");
            }
            let mut one = integer(1, 2, 0);
            one.shift(64 + size);
            for (unit, expected) in [(inverse - 1, Ordering::Less), (inverse, Ordering::Greater)] {
                let mut middle = integer(unit, 2, 1);
                middle.multiply_and_add(1, 1);
                (0..power).for_each(|_| middle.multiply_and_add(10, 0));
                assert_eq!(middle.cmp(&one), expected, "10^-{power}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn any_text_of_a_number(text in "[-+]?[0-9]{0,25}(\\.[0-9]{0,25})?([eE][-+]?[0-9]{1,3})?") {
            check([text]);
        }

        #[test]
        fn any_text(text in "[-+.eE0-9a_]{0,12}") {
            check([text]);
        }

        /// In the fewest digits, in 17, and in all of them.
        #[test]
        fn any_double(bits: u64) {
            let number = f64::from_bits(bits);
            if number.is_finite() {
                check([format!("{number}"), format!("{number:e}"), format!("{number:.16e}"), format!("{number:.800e}")]);
                prop_assert_eq!(parse(to_text(number).as_bytes()), Some(number));
            }
        }

        #[test]
        fn any_halfway_point(bits in 0..f64::MAX.to_bits()) {
            check(around_halfway(f64::from_bits(bits)));
        }
    }
}
