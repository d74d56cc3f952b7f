//! The same workload natively, on one core. `make bench` writes the files that it reads, and prints what it found.

use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::time::Duration;

use criterion::{Criterion, Throughput};
use samebucket::{Context, Inputs, LoadOptions, Object, Snapshot, Value};

/// Any: no flag of the workload looks at the time.
const NOW: f64 = 0.0;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::var_os("BENCH_FILES").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench"), PathBuf::from);
    let read = |name: &str| {
        let path = folder.join(name);
        fs::read(&path).map_err(|error| format!("{}, which `make bench` writes: {error}", path.display()))
    };
    let mut criterion = Criterion::default()
        .without_plots()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();

    for (name, snapshot, users) in [("percentage", "percentage", "missed"), ("hit", "rules", "hit"), ("missed", "rules", "missed")] {
        let snapshot = Snapshot::load(read(&format!("{snapshot}.json"))?, &LoadOptions::default())?;
        let users: Vec<serde_json::Map<String, serde_json::Value>> = serde_json::from_slice(&read(&format!("{users}.json"))?)?;
        let contexts: Vec<Context> = users.into_iter().map(context).collect();
        let keys: Vec<&str> = snapshot.flag_keys().collect();
        // One flag after the other, each time for the next user.
        let mut pairs = keys.iter().cycle().zip(contexts.iter().cycle());
        let mut group = criterion.benchmark_group("native");
        group.throughput(Throughput::Elements(1));
        group.bench_function(name, |bencher| {
            bencher.iter(|| pairs.next().map(|(key, context)| black_box(snapshot.evaluate(key, context, Inputs::at(NOW), None).value)));
        });
    }

    let text = read("rules.json")?;
    criterion.bench_function("native/load", |bencher| bencher.iter(|| Snapshot::load(&text, &LoadOptions::default()).is_ok()));
    criterion.final_summary();
    Ok(())
}

fn context(user: serde_json::Map<String, serde_json::Value>) -> Context {
    Context::from(user.into_iter().map(|(key, value)| (key, Value::from(value))).collect::<Object>())
}
