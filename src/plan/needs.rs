//! What a flag's answer can depend on, for whoever looks attributes up before they are read.

use super::{AttributeId, BucketId, Expr, FlagId, Plan, SegmentId, Serve};
use crate::snapshot::OpenCircuits;
use crate::texts::Texts;

/// What the answer of a flag can depend on.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    /// In the order in which the flag's steps come to them.
    pub(crate) attributes: Vec<AttributeId>,
    /// How many of them the steps come to until the first that reads any has been tried.
    pub(crate) first: usize,
    pub(crate) time: bool,
}

impl Plan {
    /// What the answer of a flag can depend on, through its segments and the flags that it requires as well.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "natively attributes are looked up when read"))]
    pub(crate) fn needs(&self, flag: FlagId, open_circuits: &OpenCircuits) -> Needs {
        let mut found = Found::default();
        found.flag(self, flag);
        let mut seen = 0;
        while let Some(flag) = found.flags.get(seen).copied() {
            found.needs.time |= open_circuits.depends_on_time(self.key(flag));
            let steps = self.flag(flag).map_or(&[][..], |flag| self.steps(flag));
            for step in steps {
                self.when(step).iter().for_each(|expr| found.expr(self, expr));
                if let Serve::Split(id) = step.serve
                    && let Some((split, _)) = self.split(id)
                {
                    found.bucket(self, split.bucket);
                }
                if found.needs.first == 0 {
                    found.needs.first = found.needs.attributes.len();
                }
            }
            seen += 1;
        }
        found.needs
    }

    /// Whether the answer of any flag can depend on the time.
    #[cfg_attr(not(target_arch = "wasm32"), expect(dead_code, reason = "natively the clock is always asked"))]
    pub(crate) fn reads_time(&self) -> bool {
        self.exprs.iter().chain(&self.segments).any(Expr::reads_time)
    }
}

#[derive(Default)]
struct Found {
    needs: Needs,
    flags: Vec<FlagId>,
    /// Flags, segments and attributes that were met, by a letter and the bytes of their numbers.
    met: Texts,
}

impl Found {
    fn is_new(&mut self, letter: u8, number: u32) -> bool {
        let [a, b, c, d] = number.to_be_bytes();
        self.met.insert([letter, a, b, c, d]).1
    }

    fn attribute(&mut self, attribute: AttributeId) {
        if self.is_new(b'a', attribute.0) {
            self.needs.attributes.push(attribute);
        }
    }

    fn bucket(&mut self, plan: &Plan, bucket: BucketId) {
        if let Some(bucket) = plan.buckets.get(bucket.index()) {
            self.attribute(bucket.unit.attribute());
        }
    }

    fn flag(&mut self, plan: &Plan, flag: FlagId) {
        if self.is_new(b'f', flag.0) && plan.flag(flag).is_some() {
            self.flags.push(flag);
        }
    }

    fn segment(&mut self, plan: &Plan, segment: SegmentId) {
        if self.is_new(b's', segment.0)
            && let Some(members) = plan.segment(segment)
        {
            self.expr(plan, members);
        }
    }

    fn expr(&mut self, plan: &Plan, expr: &Expr) {
        expr.walk(plan, &mut |expr| {
            self.needs.time |= expr.reads_time();
            match expr {
                Expr::Is { attribute, .. } | Expr::PythonEquals(attribute, _) | Expr::JavaScript(attribute, _) => {
                    self.attribute(*attribute);
                }
                Expr::Python(expr) => expr.reads(&mut |attribute| self.attribute(attribute)),
                Expr::Rollout(bucket, _) => self.bucket(plan, *bucket),
                Expr::Serves(flag, _) | Expr::ServesTrue(flag) => self.flag(plan, *flag),
                Expr::Segment(segment) => self.segment(plan, *segment),
                _ => {}
            }
        });
    }
}
