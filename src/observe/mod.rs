//! State beside evaluation. The clock is an input here as well, and there is no I/O.

mod circuit;
mod circuits;

pub use circuit::CircuitState;
pub use circuits::CircuitEvent;
pub(crate) use circuits::Circuits;
