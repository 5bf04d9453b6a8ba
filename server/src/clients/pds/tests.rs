//! The PDS client against a fake PDS.
