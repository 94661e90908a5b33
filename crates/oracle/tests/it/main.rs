//! The oracle from outside: vectors, expectations, windows, blame, and other ways to the same numbers.

mod blame;
mod closed_form;
mod expectations;
mod hours;
mod rest;
mod second_by_second;
mod stage;
mod vectors;
