//! What the pages show on which a person lets a device log in as them.

/// The page for a code that a device shows, or for a request that a program on this computer sent the browser with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DevicePage {
    /// Who the device would act as: the handle of the person who looks, or their DID.
    pub account: String,
    /// What the person sees.
    pub step: DeviceStep,
    /// The person has allowed this registry to write what a push writes.
    pub may_push: bool,
    /// The path and query of this page, to come back to.
    pub address: String,
}

/// Where an approval stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum DeviceStep {
    /// No code yet: the person types one. With what was wrong with the last one.
    #[default]
    TypeCode,
    /// A code that leads nowhere, and why.
    WrongCode {
        /// Why.
        problem: String,
    },
    /// Somebody has to decide.
    Decide {
        /// What asks.
        asking: AskingDevice,
        /// The code to compare, where the device shows one.
        user_code: Option<String>,
        /// The fields that the form sends beside the decision.
        fields: Vec<(String, String)>,
    },
    /// A request that cannot be decided on, and why.
    BadRequest {
        /// Why.
        problem: String,
    },
    /// The device logs in now.
    Approved,
    /// It does not.
    Denied,
}

/// What asks, in its own words. Times are text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AskingDevice {
    /// Program and version.
    pub client: String,
    /// Name of the machine.
    pub device: String,
    /// When it asked, such as "2 minutes ago".
    pub asked: String,
}

/// Where the pages get their facts from. The server provides an `Arc<dyn DeviceSource>` of the person who looks.
#[cfg(feature = "ssr")]
#[async_trait::async_trait]
pub trait DeviceSource: Send + Sync {
    /// The page for a code.
    async fn code_page(&self) -> DevicePage;
    /// The page for a program on this computer.
    async fn loopback_page(&self) -> DevicePage;
}
