//! Numbers as text: printed as JavaScript prints them, and read to the nearest double.

/// `String(number)` of JavaScript: ECMA-262, `Number::toString` with radix 10.
pub(crate) fn to_text(number: f64) -> String {
    ryu_js::Buffer::new().format(number).into()
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
    // The number is `digits * 10^exponent`.
    let (mut digits, mut exponent) = (0_u64, 0_i64);
    let (mut any, mut point, mut all) = (false, false, true);
    let mut rest = text;
    while let [next, after @ ..] = rest {
        match next {
            b'0'..=b'9' => {
                (any, all) = (true, all && digits < MOST_DIGITS);
                exponent -= i64::from(point);
                if all {
                    digits = digits * 10 + u64::from(next - b'0');
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
    // Both are exact then, and one operation rounds once.
    let magnitude = if digits == 0 {
        0.0
    } else if all && digits <= 1 << 53 && (-22..=22).contains(&exponent) {
        let power = (0..exponent.abs()).fold(1.0, |power, _| power * 10.0);
        if exponent < 0 { digits as f64 / power } else { digits as f64 * power }
    } else {
        nearest(text, exponent)
    };
    Some(sign * magnitude)
}

/// As long as the digits are below this, there is room for one more.
const MOST_DIGITS: u64 = u64::MAX / 10;

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

/// So many digits tell every double, and every point halfway between two, from any other; of what follows it only
/// matters whether it is zero.
const SIGNIFICANT: usize = 768;

/// 5^13 is the largest power of 5 in 32 bits.
const STEP: i64 = 13;

/// The double nearest to the digits of `text`, up to its exponent, times `10^exponent`. There is a digit other than 0.
fn nearest(text: &[u8], mut exponent: i64) -> f64 {
    let digits = text.iter().take_while(|byte| !matches!(byte, b'e' | b'E')).filter(|byte| **byte != b'.').map(|byte| byte - b'0');
    // The number is `integer * 2^shift * 10^exponent`, and a little more where something is left.
    let (mut integer, mut shift, mut left) = (Integer::default(), 0, false);
    let (mut count, mut chunk, mut scale) = (0, 0, 1);
    for digit in digits {
        if count == 0 && digit == 0 {
            continue;
        }
        if count == SIGNIFICANT {
            left |= digit != 0;
            exponent += 1;
            continue;
        }
        count += 1;
        (chunk, scale) = (chunk * 10 + u32::from(digit), scale * 10);
        if scale == 1_000_000_000 {
            integer.multiply_and_add(scale, chunk);
            (chunk, scale) = (0, 1);
        }
    }
    integer.multiply_and_add(scale, chunk);
    match exponent + count as i64 {
        ..-330 => return 0.0,
        310.. => return f64::INFINITY,
        _ => {}
    }
    shift += exponent;
    if exponent < 0 {
        shift -= 32 * integer.widen((-exponent / STEP) as usize + 4);
    }
    while exponent != 0 {
        let step = exponent.clamp(-STEP, STEP);
        let power = 5_u32.pow(step.unsigned_abs() as u32);
        if step > 0 {
            integer.multiply_and_add(power, 0);
        } else {
            left |= integer.divide(power) != 0;
        }
        exponent -= step;
    }
    let (bits, exponent) = integer.leading_bits(&mut left);
    to_double(bits, shift + exponent, left)
}

/// The double nearest to `bits * 2^exponent`, and a little more where something is left. The highest bit is set.
fn to_double(bits: u64, exponent: i64, left: bool) -> f64 {
    // The number is from 2^(size - 1) on, below 2^size.
    let size = exponent + 64;
    // How many bits a double of that size has: fewer among the smallest. One more bit rounds.
    let places = (size + 1074).min(53);
    if places < 0 {
        return 0.0;
    }
    if size > 1024 {
        return f64::INFINITY;
    }
    let rounding = 63 - places;
    let kept = bits >> rounding;
    let (kept, half) = (kept >> 1, kept & 1 == 1);
    let exact = !left && bits.trailing_zeros() as i64 >= rounding;
    let up = half && (!exact || kept & 1 == 1);
    // The highest bit kept counts one up in the exponent's bits, and so does a carry, up to infinity.
    let above = (size + 1021).max(0) as u64;
    f64::from_bits((above << 52) + kept + u64::from(up))
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
        if carry != 0 {
            self.0.push(carry as u32);
        }
    }

    /// Returns the remainder.
    fn divide(&mut self, divisor: u32) -> u64 {
        let mut rest = 0;
        for word in self.0.iter_mut().rev() {
            rest = rest << 32 | u64::from(*word);
            *word = (rest / u64::from(divisor)) as u32;
            rest %= u64::from(divisor);
        }
        if self.0.last() == Some(&0) {
            self.0.pop();
        }
        rest
    }

    /// Adds zeros below until there are so many words; how many were added.
    fn widen(&mut self, words: usize) -> i64 {
        let missing = words.saturating_sub(self.0.len());
        let mut wide = vec![0; missing];
        wide.extend_from_slice(&self.0);
        self.0 = wide;
        missing as i64
    }

    /// The highest 64 bits and their exponent; the bits below them that are not 0 are left.
    fn leading_bits(&self, left: &mut bool) -> (u64, i64) {
        let (mut bits, mut below) = (0_u128, 0);
        for word in self.0.iter().rev() {
            if bits >> 64 == 0 {
                bits = bits << 32 | u128::from(*word);
            } else {
                *left |= *word != 0;
                below += 32;
            }
        }
        let zeros = bits.leading_zeros();
        bits <<= zeros;
        *left |= bits as u64 != 0;
        ((bits >> 64) as u64, below + 64 - i64::from(zeros))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
        let smallest = format!("{:.1074}", 5e-324);
        let below = format!("{:.1074}", f64::from_bits((1 << 52) - 1)).trim_end_matches('0').to_owned();
        let mut texts = vec![
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
        for exact in [smallest, below] {
            // Halfway to the next double up, and a little to both sides of that.
            let half = format!("{exact}5");
            texts.extend([format!("{exact}4999"), format!("{half}{}", zeros(900)), format!("{half}{}1", zeros(900)), exact, half]);
        }
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

    #[test]
    fn halfway_is_halfway() {
        assert_eq!(halfway(1.0), "100000000000000011102230246251565404236316680908203125e-53");
        assert_eq!(halfway(9_007_199_254_740_992.0), "9007199254740993e0");
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
            let text = halfway(f64::from_bits(bits));
            let (digits, exponent) = text.split_once('e').unwrap();
            let finer = exponent.parse::<i32>().unwrap() - 1;
            check([text.clone(), format!("{digits}1e{finer}"), format!("{digits}0e{finer}")]);
            // A little less.
            let (head, last) = digits.split_at(digits.len() - 1);
            if let Some(less) = last.parse::<u8>().unwrap().checked_sub(1) {
                check([format!("{head}{less}9e{finer}")]);
            }
        }
    }
}
