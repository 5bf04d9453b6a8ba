//! `[limits]`: how often one client may do what costs others something.

use super::settings::{
    LIMIT_DEVICE_LOGINS, LIMIT_SIGN_INS, LIMIT_SIGN_INS_PER_HOST, LIMIT_WRONG_LOGINS, Setting,
};
use super::source::Reader;
use super::value;

/// Limits for ten minutes each; 0 does not limit.
#[derive(Debug, Clone)]
pub struct LimitsConfig {
    /// Sign-ins begun from one address.
    pub sign_ins: u32,
    /// Sign-ins begun at one host, from anywhere.
    pub sign_ins_per_host: u32,
    /// Device logins begun, and codes typed, from one address.
    pub device_logins: u32,
    /// Wrong logins with one name from one address.
    pub wrong_logins: u32,
}

pub(super) fn read(reader: &mut Reader) -> Option<LimitsConfig> {
    let mut limit = |setting: &'static Setting| {
        reader.value(setting, |text| {
            let number = value::whole_number(0..=1_000_000)(text)?;
            u32::try_from(number).ok()
        })
    };
    let sign_ins = limit(&LIMIT_SIGN_INS);
    let sign_ins_per_host = limit(&LIMIT_SIGN_INS_PER_HOST);
    let device_logins = limit(&LIMIT_DEVICE_LOGINS);
    let wrong_logins = limit(&LIMIT_WRONG_LOGINS);
    Some(LimitsConfig {
        sign_ins: sign_ins?,
        sign_ins_per_host: sign_ins_per_host?,
        device_logins: device_logins?,
        wrong_logins: wrong_logins?,
    })
}
