//! The bodies that come to one listener, and which of them goes when there is no room.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::body::Bytes;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::refusal::Refusal;

/// Room for the bodies of one listener, and those that are on their way.
#[derive(Debug)]
pub(crate) struct Bodies {
    /// One permit for each unit that there is room for.
    room: Arc<Semaphore>,
    begun: Mutex<Begun>,
}

/// Room is given out in units of so many octets.
const UNIT: usize = 1024;

/// The bodies of which something has come, and not all.
#[derive(Debug, Default)]
struct Begun {
    /// In the order in which the first of each came.
    parts: BTreeMap<u64, Part>,
    /// How many there ever were.
    count: u64,
}

/// What has come of a body, and the room that it takes.
#[derive(Debug)]
struct Part {
    octets: Vec<u8>,
    room: OwnedSemaphorePermit,
    /// Told when it makes room.
    gone: Arc<Notify>,
}

/// A body that is on its way. What has come of it goes with it.
#[derive(Debug)]
pub(crate) struct Coming<'b> {
    bodies: &'b Bodies,
    /// Its place in the order; none as long as nothing has come.
    number: Option<u64>,
    gone: Arc<Notify>,
}

/// A body that came whole, and its room, which it has until it was answered.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) body: Bytes,
    pub(crate) room: OwnedSemaphorePermit,
}

impl Bodies {
    /// Room for so many octets.
    pub(crate) fn new(octets: usize) -> Self {
        let room = Arc::new(Semaphore::new(octets.div_ceil(UNIT)));
        Self { room, begun: Mutex::default() }
    }

    /// One more body. It takes room for what has come, and not for what was only promised.
    pub(crate) fn expect(&self) -> Coming<'_> {
        Coming { bodies: self, number: None, gone: Arc::default() }
    }

    /// Room for `units` more of the body that has this number and is not among `others`. Where there is none,
    /// those that began before it make room, the first of all first.
    fn room_for(
        &self,
        units: usize,
        number: u64,
        others: &mut BTreeMap<u64, Part>,
    ) -> Result<OwnedSemaphorePermit, Refusal> {
        let wanted = u32::try_from(units).map_err(|_| Refusal::BodyTooLarge)?;
        let free = || Arc::clone(&self.room).try_acquire_many_owned(wanted).ok();
        if let Some(room) = free() {
            return Ok(room);
        }
        let mut later = others.split_off(&number);
        let room = loop {
            if let Some(room) = free() {
                break Ok(room);
            }
            // Nobody loses anything where it would not be enough.
            let could_be_free = self.room.available_permits() + units_of(others);
            if could_be_free + units_of(&later) < units {
                // The rest is being answered.
                break Err(Refusal::Overloaded);
            }
            if could_be_free < units {
                break Err(Refusal::BodyMadeRoom);
            }
            // Its octets go here and now, so that there are never more than there is room for. Without
            // any, what is being answered has just given room back.
            if let Some((_, first)) = others.pop_first() {
                first.gone.notify_one();
            }
        };
        others.append(&mut later);
        room
    }

    fn begun(&self) -> MutexGuard<'_, Begun> {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn units_of(parts: &BTreeMap<u64, Part>) -> usize {
    parts.values().map(|part| part.room.num_permits()).sum()
}

impl Coming<'_> {
    /// Waits until it has made room.
    pub(crate) async fn gone(&self) {
        self.gone.notified().await;
    }

    /// More of it has come.
    ///
    /// # Errors
    ///
    /// If there is no room for it, or it has made room for another. Nothing is left of it then.
    pub(crate) fn add(&mut self, piece: &[u8]) -> Result<(), Refusal> {
        let begun = &mut *self.bodies.begun();
        let (number, mut part) = match self.number {
            Some(number) => (number, begun.parts.remove(&number).ok_or(Refusal::BodyMadeRoom)?),
            None => {
                let number = begun.count;
                begun.count += 1;
                let room = self.bodies.room_for(0, number, &mut begun.parts)?;
                (number, Part { octets: Vec::new(), room, gone: Arc::clone(&self.gone) })
            }
        };
        self.number = Some(number);
        let length = part.octets.len() + piece.len();
        let units = length.div_ceil(UNIT) - part.room.num_permits();
        part.room.merge(self.bodies.room_for(units, number, &mut begun.parts)?);
        part.octets.extend_from_slice(piece);
        begun.parts.insert(number, part);
        Ok(())
    }

    /// All of it has come: from now on its room is its own.
    ///
    /// # Errors
    ///
    /// If it has made room for another.
    pub(crate) fn whole(mut self) -> Result<Received, Refusal> {
        let begun = &mut *self.bodies.begun();
        let (octets, room) = match mem::take(&mut self.number) {
            Some(number) => {
                let part = begun.parts.remove(&number).ok_or(Refusal::BodyMadeRoom)?;
                (part.octets, part.room)
            }
            None => (Vec::new(), self.bodies.room_for(0, begun.count, &mut begun.parts)?),
        };
        Ok(Received { body: octets.into(), room })
    }
}

impl Drop for Coming<'_> {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.bodies.begun().parts.remove(&number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[u8] = &[b'x'; 4 * UNIT];
    const UNIT_OF_IT: &[u8] = &[b'x'; UNIT];

    /// Room for two bodies.
    fn bodies() -> Bodies {
        Bodies::new(2 * WHOLE.len())
    }

    fn with<'b>(bodies: &'b Bodies, piece: &[u8]) -> Coming<'b> {
        let mut coming = bodies.expect();
        coming.add(piece).unwrap();
        coming
    }

    #[test]
    fn the_one_that_has_been_on_its_way_for_longest_makes_room() {
        let bodies = bodies();
        let promised = bodies.expect();
        let [first, mut second] = [(); 2].map(|()| with(&bodies, WHOLE));
        let mut third = with(&bodies, UNIT_OF_IT);
        // Its octets are gone before it hears of it.
        assert_eq!(bodies.room.available_permits(), 3);
        assert_eq!(first.whole().unwrap_err(), Refusal::BodyMadeRoom);
        third.add(&WHOLE[UNIT..]).unwrap();
        // There is room for no more, and this one began before the other.
        assert_eq!(second.add(b"x").unwrap_err(), Refusal::BodyMadeRoom);
        assert_eq!(bodies.room.available_permits(), 4);
        assert_eq!(third.whole().unwrap().body, WHOLE);
        assert_eq!(promised.whole().unwrap().body, "");
    }

    #[test]
    fn what_came_whole_makes_no_room_and_neither_does_what_would_not_be_enough() {
        let bodies = bodies();
        let answered = with(&bodies, WHOLE).whole().unwrap();
        let small = with(&bodies, UNIT_OF_IT);
        let other = with(&bodies, &WHOLE[UNIT..]).whole().unwrap();
        assert_eq!(bodies.expect().add(&WHOLE[..2 * UNIT]).unwrap_err(), Refusal::Overloaded);
        assert_eq!(small.whole().unwrap().body, UNIT_OF_IT);
        drop((answered, other));
        assert_eq!(bodies.room.available_permits(), 8);
    }

    #[test]
    fn nobody_goes_for_one_that_is_not_received_all_the_same() {
        let bodies = bodies();
        let [first, mut second] = [(); 2].map(|()| with(&bodies, UNIT_OF_IT));
        let last = with(&bodies, &[b'x'; 6 * UNIT]);
        // It needs room that one which began later has.
        assert_eq!(second.add(&WHOLE[..2 * UNIT]).unwrap_err(), Refusal::BodyMadeRoom);
        assert_eq!(first.whole().unwrap().body, UNIT_OF_IT);
        assert_eq!(last.whole().unwrap().body.len(), 6 * UNIT);
    }

    #[tokio::test]
    async fn who_makes_room_hears_of_it_and_who_goes_gives_it_back() {
        let bodies = Bodies::new(UNIT);
        let first = with(&bodies, b"x");
        let second = with(&bodies, b"x");
        first.gone().await;
        drop(first);
        assert_eq!(bodies.room.available_permits(), 0);
        drop(second);
        assert_eq!(bodies.room.available_permits(), 1);
    }
}
