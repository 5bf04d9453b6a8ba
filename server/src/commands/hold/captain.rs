//! `longshore hold captain …`.

use super::{HoldCommandError, Quarters};
use crate::cli::CaptainCommand;

pub(super) async fn run(
    quarters: &Quarters<'_>,
    command: &CaptainCommand,
) -> Result<String, HoldCommandError> {
    let Quarters { hold, captain, .. } = quarters;
    match command {
        CaptainCommand::Show => {
            let offer = match hold.captaincy_offered_to().await? {
                Some(member) => format!("offered to\t{member}\n"),
                None => String::new(),
            };
            Ok(format!("captain\t{captain}\n{offer}"))
        }
        CaptainCommand::Offer { member } => {
            let member = quarters.find(member).await?;
            hold.offer_captaincy(captain, &member).await?;
            Ok(format!(
                "Offered to {member}, who accepts within seven days by\n  POST {}\nAfter that, set HOLD_OWNER to {member} before the next start.\n",
                hold.method_url("dev.longshore.hold.acceptCaptaincy")
            ))
        }
        CaptainCommand::Withdraw => Ok(if hold.withdraw_captaincy(captain).await? {
            "Nobody is offered the captaincy any more.\n".to_owned()
        } else {
            "Nobody was offered the captaincy.\n".to_owned()
        }),
    }
}
