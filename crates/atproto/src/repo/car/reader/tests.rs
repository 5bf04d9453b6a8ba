//! Archives that come in pieces, break off, or were tampered with.

use proptest::prelude::*;

use super::*;
use crate::repo::car::{block_size, to_car, write_block, write_header};

fn block(content: &[u8]) -> (Cid, Bytes) {
    (Cid::raw_sha256(content), Bytes::copy_from_slice(content))
}

fn example() -> (Cid, Vec<(Cid, Bytes)>, Vec<u8>) {
    let long = vec![7; 20_000];
    let blocks = vec![block(b"root"), block(b""), block(&long), block(b"last")];
    let root = blocks[0].0;
    let car = to_car(root, blocks.iter().map(|(cid, bytes)| (cid, bytes)));
    (root, blocks, car)
}

type Contents = (Option<Cid>, Vec<(Cid, Bytes)>);

/// The root and all blocks of an archive that comes in pieces.
fn read_in_pieces(car: &[u8], size: usize) -> Result<Contents, CarError> {
    let mut reader = CarReader::new();
    let mut blocks = Vec::new();
    for piece in car.chunks(size) {
        reader.push(piece);
        while let Some(block) = reader.next_block()? {
            blocks.push(block);
        }
    }
    Ok((reader.finish()?, blocks))
}

#[test]
fn archives_are_read_in_pieces_of_any_size() {
    let (root, blocks, car) = example();
    for size in [1, 2, 35, 36, 37, 1_000, car.len()] {
        assert_eq!(read_in_pieces(&car, size), Ok((Some(root), blocks.clone())));
    }
}

#[test]
fn sizes_are_foreseen_exactly() {
    for length in [0, 1, 91, 92, 93, 16_347, 16_348, 100_000] {
        let (cid, bytes) = block(&vec![1; length]);
        assert_eq!(
            write_block(cid, &bytes).len(),
            block_size(length),
            "{length}"
        );
    }
}

#[test]
fn archives_that_break_off_are_refused() {
    let (root, _, car) = example();
    for end in 0..200 {
        let result = read_car(&car[..end]);
        let is_expected = matches!(result, Err(CarError::Truncated | CarError::MissingRoot(_)));
        assert!(
            is_expected || result.is_ok_and(|(found, _)| found == root),
            "{end}"
        );
    }
    assert_eq!(read_car(&car[..car.len() - 1]), Err(CarError::Truncated));
}

#[test]
fn each_flipped_bit_is_noticed() {
    let (root, blocks, _) = example();
    let car = to_car(root, [(&blocks[0].0, &blocks[0].1)]);
    for bit in 0..car.len() * 8 {
        let mut flipped = car.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(read_car(&flipped).is_err(), "bit {bit}");
    }
}

#[test]
fn a_root_must_be_there_where_one_is_named_or_needed() {
    let (root, blocks, _) = example();
    let others = blocks[1..].iter().map(|(cid, bytes)| (cid, bytes));
    assert_eq!(
        read_car(&to_car(root, others)),
        Err(CarError::MissingRoot(root))
    );
    assert_eq!(read_car(&write_header(None)), Err(CarError::NoRoot));
    assert_eq!(
        read_in_pieces(&write_header(None), 1),
        Ok((None, Vec::new()))
    );
}

#[test]
fn limits_are_kept_before_memory_is_taken() {
    let header = [&[0x81, 0x80, 0x40][..], &[0; 10]].concat();
    assert_eq!(read_car(&header), Err(CarError::HeaderTooLong));
    let mut car = write_header(None).to_vec();
    let (cid, bytes) = block(&vec![0; MAX_BLOCK_BYTES]);
    assert!(read_in_pieces(&[&car, &write_block(cid, &bytes)[..]].concat(), 65_536).is_ok());
    varint::write((MAX_BLOCK_BYTES + CID_LENGTH + 1) as u64, &mut car);
    assert_eq!(read_car(&car), Err(CarError::BlockTooLong));
}

#[test]
fn an_error_is_repeated() {
    let (cid, _) = block(b"a");
    let mut reader = CarReader::new();
    reader.push(&write_header(cid));
    reader.push(&write_block(cid, b"b"));
    reader.push(&write_block(cid, b"a"));
    for _ in 0..2 {
        assert_eq!(reader.next_block(), Err(CarError::WrongHash(cid)));
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(mut car: Vec<u8>, edits: Vec<(usize, u8)>) {
        let _ = read_car(&car);
        car = example().2;
        for (position, byte) in edits {
            let length = car.len();
            car[position % length.min(400)] = byte;
        }
        let _ = read_car(&car);
    }
}
