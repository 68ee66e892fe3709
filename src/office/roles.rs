//! Who may do what. One table; pages ask it and nothing else.

use serde::{Deserialize, Serialize};

/// What somebody is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Staff: everything, and who else may do what.
    Owner,
    /// Staff: looks at drafts and doubtful confirmations, strikes.
    Moderator,
    /// Staff: sees, changes nothing.
    Viewer,
    /// Writes petitions of their own.
    Organiser,
}

/// What somebody wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Write drafts, publish them, and look after the petitions that they become.
    Organise,
    /// See all drafts that wait and all petitions' totals and trends.
    SeeAll,
    /// Approve or reject drafts.
    JudgeDrafts,
    /// Release or refuse held confirmations, strike roll entries, block domains.
    Guard,
    /// Act on petitions of other organisers: updates, invitations.
    ActForOthers,
    /// Invite people, change roles, remove accounts; read the staff's log.
    ManagePeople,
    /// Take a text down because a law demands it.
    Withhold,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Organise,
        Self::SeeAll,
        Self::JudgeDrafts,
        Self::Guard,
        Self::ActForOthers,
        Self::ManagePeople,
        Self::Withhold,
    ];
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Owner, Self::Moderator, Self::Viewer, Self::Organiser];

    /// The name in records and forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Moderator => "moderator",
            Self::Viewer => "viewer",
            Self::Organiser => "organiser",
        }
    }

    /// The role of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Whether this role allows it.
    pub fn may(self, action: Action) -> bool {
        match action {
            Action::Organise => self != Self::Viewer,
            Action::SeeAll => self != Self::Organiser,
            Action::JudgeDrafts | Action::Guard => matches!(self, Self::Owner | Self::Moderator),
            Action::ActForOthers | Action::ManagePeople | Action::Withhold => self == Self::Owner,
        }
    }
}
