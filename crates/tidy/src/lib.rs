//! Rules about the code that neither the compiler nor clippy can hold, as tests.
//!
//! There is no code here: each module of `tests/it` is one family of rules, a rule that is broken
//! says where and what to do, and beside each rule stands a test that it catches what it is for.
