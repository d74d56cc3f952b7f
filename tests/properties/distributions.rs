//! Shares, independence and evenness of what is drawn. Users and salts are the same in every run, so that these tests
//! always answer alike.

use super::*;

/// Keys as applications have them; each kind in its turn.
fn user(number: usize) -> Context {
    match number % 4 {
        0 => Context::new(format!("user-{number}")),
        1 => Context::new(format!("{number}@example.com")),
        2 => Context::new(format!("{:08x}-0000-4000-8000-{number:012x}", number.wrapping_mul(0x9e37_79b9) as u32)),
        _ => Context::anonymous().with("targetingKey", number as f64),
    }
}

/// How often each pair of variant and backend reason is served.
fn tally(snapshot: &Snapshot, flag_key: &str) -> BTreeMap<(String, String), f64> {
    let mut tally = BTreeMap::new();
    for number in 0..USERS {
        let evaluation = evaluate(snapshot, flag_key, &user(number));
        let words = (evaluation.variant.unwrap_or_default().to_owned(), evaluation.backend_reason.unwrap_or_default().to_owned());
        *tally.entry(words).or_default() += 1.0;
    }
    tally
}

/// Pearson's statistic.
fn chi_square(observed: &[f64], expected: &[f64]) -> f64 {
    observed.iter().zip(expected).map(|(observed, expected)| (observed - expected).powi(2) / expected).sum()
}

/// What chi-square exceeds with probability 0.001, by degrees of freedom: NIST/SEMATECH e-Handbook of Statistical
/// Methods, section 1.3.6.7.4, upper critical values.
fn critical_value(degrees_of_freedom: usize) -> f64 {
    match degrees_of_freedom {
        1 => 10.828,
        2 => 13.816,
        3 => 16.266,
        4 => 18.467,
        99 => 148.230,
        other => panic!("no critical value for {other} degrees of freedom"),
    }
}

const WEIGHTINGS: &[&[f64]] = &[&[1.0, 1.0], &[10.0, 30.0, 60.0], &[0.5, 0.25, 0.125, 0.125], &[3.0, 1.0, 0.0, 2.0, 1.0]];

fn variants(weights: &[f64]) -> (Json, Json) {
    let names = || (0..weights.len()).map(|index| format!("v{index}"));
    let variants = names().chain(["off".to_owned()]).map(|name| (name.clone(), json!(name))).collect();
    let split = names().zip(weights).map(|(name, weight)| (name, json!(weight))).collect();
    (Json::Object(variants), json!({ "split": Json::Object(split) }))
}

#[test]
fn splits_serve_by_weight() {
    for weights in WEIGHTINGS {
        let (variants, split) = variants(weights);
        let total: f64 = weights.iter().sum();
        for percentage in [100.0, 60.0] {
            let default = match percentage {
                100.0 => split.clone(),
                _ => json!({ "rollout": { "percentage": percentage }, "serve": split }),
            };
            let tally = tally(&load_flag("shares", &json!({ "variants": variants, "default": default })), "shares");
            let off = tally.get(&("off".to_owned(), "off".to_owned())).copied().unwrap_or_default();
            let rolled_out = USERS as f64 - off;
            assert!((rolled_out / USERS as f64 - percentage / 100.0).abs() < 0.01, "{rolled_out} users at {percentage} %");
            for (index, weight) in weights.iter().enumerate() {
                let served = tally.get(&(format!("v{index}"), "default".to_owned())).copied().unwrap_or_default();
                let (share, expected) = (served / rolled_out, weight / total);
                assert!((share - expected).abs() < 0.01, "{weights:?} at {percentage} %: {share} instead of {expected} for v{index}");
            }
        }
    }
}

/// One flag whose rule serves a split to a rollout, and whose default serves the same split to the rest: whether the
/// rollout holds a user must say nothing of the variant.
#[test]
fn rollout_and_split_are_independent() {
    for (number, salt) in ["new-checkout", "colours", "", "a:b", "ключ"].into_iter().enumerate() {
        let (weights, percentage) = (WEIGHTINGS[number % 3], [50.0, 10.0, 33.333][number % 3]);
        let (variants, split) = variants(weights);
        let flag = json!({
            "variants": variants,
            "bucketing": { "salt": salt },
            "rules": [{ "rollout": { "percentage": percentage }, "serve": split }],
            "default": split,
        });
        let tally = tally(&load_flag("independent", &flag), "independent");
        let cell = |index: usize, reason: &str| tally.get(&(format!("v{index}"), reason.to_owned())).copied().unwrap_or_default();
        let row = |reason: &str| (0..weights.len()).map(|index| cell(index, reason)).collect::<Vec<f64>>();
        let rows = [row("rule"), row("default")];
        assert_eq!(rows.iter().flatten().sum::<f64>(), USERS as f64);
        let expected = |row: &[f64]| {
            let share = row.iter().sum::<f64>() / USERS as f64;
            (0..weights.len()).map(|index| share * (rows[0][index] + rows[1][index])).collect::<Vec<f64>>()
        };
        let statistic: f64 = rows.iter().map(|row| chi_square(row, &expected(row))).sum();
        let critical = critical_value(weights.len() - 1);
        assert!(statistic < critical, "salt {salt:?}: chi-square {statistic} over {rows:?}; {critical} at most");
    }
}

/// Buckets and points over a hundred bins.
#[test]
fn buckets_are_uniform() {
    for salt in ["new-checkout", "", "ключ"] {
        let rollout = json!({ "rollout": { "percentage": 100 }, "serve": { "split": { "on": 1, "off": 1 } } });
        let flag = json!({ "variants": { "on": true, "off": false }, "bucketing": { "salt": salt }, "default": rollout });
        let snapshot = load_flag("uniform", &flag);
        let mut bins = [[0.0; 100], [0.0; 100]];
        for number in 0..USERS {
            let explanation = snapshot.explain("uniform", &user(number), Inputs::at(NOW));
            let step = explanation.steps.last().expect("there is always a step that decides");
            for (bins, draw) in bins.iter_mut().zip([&step.rollout, &step.split]) {
                let draw = draw.as_ref().expect("both were drawn");
                bins[(draw.drawn / draw.against * 100.0) as usize] += 1.0;
            }
        }
        for bins in bins {
            let statistic = chi_square(&bins, &[USERS as f64 / 100.0; 100]);
            assert!(statistic < critical_value(99), "salt {salt:?}: chi-square {statistic} over {bins:?}");
        }
    }
}
