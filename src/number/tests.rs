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
