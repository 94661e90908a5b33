//! SMDB behind HTTP: its service, and its control port.

mod attacks;
mod lasting;
mod port;
mod rest;
mod signers;
mod stored;
mod web_service;
