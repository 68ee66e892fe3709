//! The JSON API, typed (`spec/api.md`).

use std::sync::Arc;

use super::ClientError;
use super::transport::{Repeat, Transport};
use crate::api::{
    AttestationEntry, CheckYourInbox, ConfirmRequest, ConfirmResponse, ConfirmationRequest,
    Consistency, ConsistencyQuery, ContributedKeys, Count, Health, Held, HeldVerdict, HideRequest,
    LeafRequest, LinkRequest, NoteRequest, OfficeInvitation, OfficeInvited, PackRequest, Page,
    PageQuery, Petition, Promised, ProofQuery, RemovalRequest, SendPackRequest, SentPack,
    SentPacks, ShareRequest, SignatureResponse, StrikeRequest, StrikeResponse, TallyEntry,
    UpdateRequest, UpdateResponse,
};
use crate::api::{BlockRequest, Blocks, InvitationRequest, InvitationResponse, Limits, Trends};
use crate::api::{BounceOutcome, BounceRequest, BounceResponse, WriteAgainRequest};
use crate::api::{Forgotten, OwnData, OwnDataRequest};
use crate::clock::Clock;
use crate::protocol::ids::{PetitionId, Tree};
use crate::protocol::inclusion::InclusionProof;
use crate::protocol::list::ListPage;
use crate::protocol::manifest::Manifest;
use crate::protocol::sample::{Draw, Opening};
use crate::protocol::token::NK;
use crate::tlog::hash::Hash;

/// A service, seen from outside. Cheap to clone.
///
/// Every request has time limits and a cap on its answer. Those which the protocol
/// makes idempotent are repeated with back-off, each time with the same bytes.
#[derive(Clone)]
pub struct Client {
    transport: Transport,
}

impl Client {
    /// The service at `url` (`http(s)://host[:port]`, perhaps with a path).
    pub fn new(url: &str, clock: Arc<dyn Clock>) -> Result<Self, ClientError> {
        let transport = Transport::new(url, clock)?;
        Ok(Self { transport })
    }

    /// The same with the operator's token.
    pub fn authorised(mut self, token: &str) -> Result<Self, ClientError> {
        self.transport.authorise(token)?;
        Ok(self)
    }

    /// The service's address, without a slash at the end.
    pub fn url(&self) -> &str {
        self.transport.base()
    }

    /// The address of a petition's page.
    pub fn petition_url(&self, petition: PetitionId) -> String {
        format!("{}/{petition}", self.url())
    }
}

/// Which petition, and what of it.
fn of(petition: PetitionId, rest: &str) -> String {
    format!("/petitions/{petition}{rest}")
}

/// What anyone may read.
impl Client {
    /// How the instance is.
    pub async fn health(&self) -> Result<Health, ClientError> {
        self.transport.get("/health", &()).await
    }

    /// A page of the petitions published here.
    pub async fn petitions(&self, page: &PageQuery) -> Result<Page<Petition>, ClientError> {
        self.transport.get("/petitions", page).await
    }

    /// A petition at a glance.
    pub async fn petition(&self, petition: PetitionId) -> Result<Petition, ClientError> {
        self.transport.get(&of(petition, ""), &()).await
    }

    /// The manifest: exact bytes that have this id.
    pub async fn manifest(&self, petition: PetitionId) -> Result<Manifest, ClientError> {
        let path = of(petition, "/manifest");
        let bytes = self.transport.get_bytes(&path).await?;
        Ok(Manifest::parse_as(&bytes, petition)?)
    }

    /// The published count and its proof, unchecked.
    pub async fn count(&self, petition: PetitionId) -> Result<Count, ClientError> {
        self.transport.get(&of(petition, "/count"), &()).await
    }

    /// What a sample is drawn from, unchecked: a draw without entries.
    pub async fn draw(&self, petition: PetitionId) -> Result<Draw, ClientError> {
        let bytes = self.transport.get_bytes(&of(petition, "/draw")).await?;
        Draw::parse(&bytes).map_err(|e| ClientError::Malformed(e.to_string()))
    }

    /// The proof of the leaf with this hash, unchecked.
    pub async fn proof(
        &self,
        petition: PetitionId,
        tree: Tree,
        leaf: &Hash,
    ) -> Result<InclusionProof, ClientError> {
        let query = ProofQuery {
            leaf: Some(hex::encode(leaf.0)),
            index: None,
        };
        let path = of(petition, &format!("/trees/{tree}/proof"));
        self.transport.get(&path, &query).await
    }

    /// The proof of the leaf at this index, unchecked.
    pub async fn proof_at(
        &self,
        petition: PetitionId,
        tree: Tree,
        index: u64,
    ) -> Result<InclusionProof, ClientError> {
        let query = ProofQuery {
            leaf: None,
            index: Some(index),
        };
        let path = of(petition, &format!("/trees/{tree}/proof"));
        self.transport.get(&path, &query).await
    }

    /// The proof that a tree only grew, unchecked.
    pub async fn consistency(
        &self,
        petition: PetitionId,
        tree: Tree,
        query: &ConsistencyQuery,
    ) -> Result<Consistency, ClientError> {
        let path = of(petition, &format!("/trees/{tree}/consistency"));
        self.transport.get(&path, query).await
    }

    /// A page of a petition's tallies.
    pub async fn tallies(
        &self,
        petition: PetitionId,
        page: &PageQuery,
    ) -> Result<Page<TallyEntry>, ClientError> {
        self.transport.get(&of(petition, "/tallies"), page).await
    }

    /// A page of the attestations that were handed in.
    pub async fn attestations(
        &self,
        petition: PetitionId,
        page: &PageQuery,
    ) -> Result<Page<AttestationEntry>, ClientError> {
        self.transport
            .get(&of(petition, "/attestations"), page)
            .await
    }

    /// What became of the signature leaf with this hash.
    pub async fn promised(
        &self,
        petition: PetitionId,
        leaf: &Hash,
    ) -> Result<Promised, ClientError> {
        let path = of(petition, &format!("/promises/{}", hex::encode(leaf.0)));
        self.transport.get(&path, &()).await
    }
}

/// What signers send.
impl Client {
    /// Ask for a confirmation link by mail.
    pub async fn request_confirmation(
        &self,
        petition: PetitionId,
        request: &ConfirmationRequest,
    ) -> Result<CheckYourInbox, ClientError> {
        let path = of(petition, "/confirmations");
        self.transport.post(&path, request, Repeat::Safe).await
    }

    /// Follow a confirmation link. Returns the blind signature, unchecked.
    pub async fn confirm(
        &self,
        petition: PetitionId,
        request: &ConfirmRequest,
    ) -> Result<[u8; NK], ClientError> {
        let path = of(petition, "/confirm");
        let answer: ConfirmResponse = self.transport.post(&path, request, Repeat::Safe).await?;
        let length = answer.blind_signature.len();
        answer.blind_signature.try_into().map_err(|_| {
            ClientError::Malformed(format!("a blind signature of {length} bytes, not {NK}"))
        })
    }

    /// Hand in a signature leaf. Returns the promise, unchecked.
    pub async fn submit(&self, petition: PetitionId, leaf: Vec<u8>) -> Result<String, ClientError> {
        let (path, body) = (of(petition, "/signatures"), LeafRequest { leaf });
        let answer: SignatureResponse = self.transport.post(&path, &body, Repeat::Safe).await?;
        Ok(answer.promise)
    }

    /// Hand in a withdrawal leaf.
    pub async fn withdraw(&self, petition: PetitionId, leaf: Vec<u8>) -> Result<(), ClientError> {
        let (path, body) = (of(petition, "/withdrawals"), LeafRequest { leaf });
        self.transport
            .post_bytes(&path, &body, Repeat::Safe)
            .await?;
        Ok(())
    }

    /// Hand what a signature committed to to the organiser alone.
    pub async fn share(
        &self,
        petition: PetitionId,
        request: &ShareRequest,
    ) -> Result<(), ClientError> {
        let path = of(petition, "/shares");
        self.transport
            .post_bytes(&path, request, Repeat::Safe)
            .await?;
        Ok(())
    }

    /// Take it off the organiser's list.
    pub async fn unshare(
        &self,
        petition: PetitionId,
        request: &HideRequest,
    ) -> Result<(), ClientError> {
        let path = of(petition, "/shares/removal");
        self.transport
            .post_bytes(&path, request, Repeat::Safe)
            .await?;
        Ok(())
    }

    /// Ask for a link that strikes a mailbox's entry.
    pub async fn request_removal(
        &self,
        petition: PetitionId,
        request: &RemovalRequest,
    ) -> Result<CheckYourInbox, ClientError> {
        let path = of(petition, "/removals");
        self.transport.post(&path, request, Repeat::Safe).await
    }

    /// Follow a link that strikes a mailbox's entry.
    pub async fn remove(&self, petition: PetitionId, token: String) -> Result<(), ClientError> {
        let (path, body) = (of(petition, "/removal"), LinkRequest { token });
        self.transport
            .post_bytes(&path, &body, Repeat::Safe)
            .await?;
        Ok(())
    }

    /// Ask for a link to all that is held about a mailbox.
    pub async fn request_own_data(
        &self,
        petition: PetitionId,
        request: &OwnDataRequest,
    ) -> Result<CheckYourInbox, ClientError> {
        let path = of(petition, "/data-requests");
        self.transport.post(&path, request, Repeat::Safe).await
    }

    /// Follow a link to all that is held about a mailbox; it leads there once.
    pub async fn own_data(
        &self,
        petition: PetitionId,
        token: String,
    ) -> Result<OwnData, ClientError> {
        let (path, body) = (of(petition, "/data"), LinkRequest { token });
        self.transport.post(&path, &body, Repeat::Never).await
    }

    /// Have all erased that a petition holds of the link's mailbox.
    pub async fn forget(
        &self,
        petition: PetitionId,
        token: String,
    ) -> Result<Forgotten, ClientError> {
        let (path, body) = (of(petition, "/erasure"), LinkRequest { token });
        self.transport.post(&path, &body, Repeat::Never).await
    }

    /// Follow a link that ends updates.
    pub async fn unsubscribe(
        &self,
        petition: PetitionId,
        token: String,
    ) -> Result<(), ClientError> {
        let (path, body) = (of(petition, "/unsubscribe"), LinkRequest { token });
        self.transport
            .post_bytes(&path, &body, Repeat::Safe)
            .await?;
        Ok(())
    }
}

/// What organisers send.
impl Client {
    /// Put a signed statement into the journal; returns when it stands there.
    pub async fn state(&self, note: String) -> Result<(), ClientError> {
        let body = NoteRequest { note };
        self.transport
            .post_bytes("/statements", &body, Repeat::Safe)
            .await?;
        Ok(())
    }

    /// Hand in an attestation.
    pub async fn attest(&self, petition: PetitionId, note: String) -> Result<(), ClientError> {
        let (path, body) = (of(petition, "/attestations"), NoteRequest { note });
        self.transport
            .post_bytes(&path, &body, Repeat::Safe)
            .await?;
        Ok(())
    }
}

/// What the operator's token opens.
impl Client {
    /// Keys for a new petition. Each call gives others.
    pub async fn contribute_keys(&self) -> Result<ContributedKeys, ClientError> {
        self.transport
            .post("/operator/keys", &serde_json::json!({}), Repeat::Never)
            .await
    }

    /// Strike roll entries, or say what that would do.
    pub async fn strike(
        &self,
        petition: PetitionId,
        request: &StrikeRequest,
    ) -> Result<StrikeResponse, ClientError> {
        let path = format!("/operator{}", of(petition, "/strikes"));
        self.transport.post(&path, request, Repeat::Never).await
    }

    /// Hand out the sealed records of a draw.
    pub async fn open_draw(
        &self,
        petition: PetitionId,
        draw: &Draw,
    ) -> Result<Opening, ClientError> {
        let path = format!("/operator{}", of(petition, "/openings"));
        let bytes = self.transport.post_bytes(&path, draw, Repeat::Safe).await?;
        Opening::parse(&bytes).map_err(|e| ClientError::Malformed(e.to_string()))
    }

    /// Write to those who asked for updates, or say how many there are.
    pub async fn update(
        &self,
        petition: PetitionId,
        request: &UpdateRequest,
    ) -> Result<UpdateResponse, ClientError> {
        let path = format!("/operator{}", of(petition, "/updates"));
        self.transport.post(&path, request, Repeat::Never).await
    }

    /// A pack for the recipients, made by the service.
    pub async fn pack(
        &self,
        petition: PetitionId,
        request: &PackRequest,
    ) -> Result<Vec<u8>, ClientError> {
        let path = format!("/operator{}", of(petition, "/packs"));
        self.transport
            .post_bytes(&path, request, Repeat::Safe)
            .await
    }

    /// Have a pack mailed to a recipient. It is queued when this returns.
    pub async fn send_pack(
        &self,
        petition: PetitionId,
        request: &SendPackRequest,
    ) -> Result<SentPack, ClientError> {
        let path = format!("/operator{}", of(petition, "/packs/sent"));
        self.transport.post(&path, request, Repeat::Never).await
    }

    /// The packs of a petition that were sent lately.
    pub async fn sent_packs(&self, petition: PetitionId) -> Result<SentPacks, ClientError> {
        let path = format!("/operator{}", of(petition, "/packs/sent"));
        self.transport.get(&path, &()).await
    }

    /// Let somebody into the office.
    pub async fn invite_to_office(
        &self,
        invitation: &OfficeInvitation,
    ) -> Result<OfficeInvited, ClientError> {
        self.transport
            .post("/operator/office", invitation, Repeat::Never)
            .await
    }

    /// A page of the confirmations that wait for review.
    pub async fn held(
        &self,
        petition: PetitionId,
        page: &PageQuery,
    ) -> Result<Page<Held>, ClientError> {
        let path = format!("/operator{}", of(petition, "/held"));
        self.transport.get(&path, page).await
    }

    /// A page of the organiser's list, sealed and unchecked.
    pub async fn list_page(
        &self,
        petition: PetitionId,
        page: &PageQuery,
    ) -> Result<ListPage, ClientError> {
        let path = format!("/operator{}", of(petition, "/list"));
        self.transport.get(&path, page).await
    }

    /// Release or refuse a held confirmation.
    pub async fn judge(
        &self,
        petition: PetitionId,
        held: &str,
        verdict: HeldVerdict,
    ) -> Result<(), ClientError> {
        // It becomes part of a path.
        if held.is_empty()
            || !held
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        {
            return Err(ClientError::Malformed(format!(
                "{held:?} names no held confirmation"
            )));
        }
        let path = format!("/operator{}", of(petition, &format!("/held/{held}")));
        self.transport
            .post_bytes(&path, &verdict, Repeat::Never)
            .await?;
        Ok(())
    }

    /// Mail domains that are blocked at run time.
    pub async fn blocks(&self) -> Result<Blocks, ClientError> {
        self.transport.get("/operator/blocks", &()).await
    }

    /// Block a mail domain, or end that.
    pub async fn block(&self, domain: &str, blocked: bool) -> Result<(), ClientError> {
        let domain = domain.to_owned();
        let body = BlockRequest { domain, blocked };
        self.transport
            .post_bytes("/operator/blocks", &body, Repeat::Safe)
            .await?;
        Ok(())
    }

    /// The limits on requests.
    pub async fn limits(&self) -> Result<Limits, ClientError> {
        self.transport.get("/operator/limits", &()).await
    }

    /// Set them, all.
    pub async fn set_limits(&self, limits: &Limits) -> Result<(), ClientError> {
        self.transport
            .post_bytes("/operator/limits", limits, Repeat::Safe)
            .await?;
        Ok(())
    }

    /// Mail domains that asked often.
    pub async fn trends(&self, petition: PetitionId) -> Result<Trends, ClientError> {
        let path = format!("/operator{}", of(petition, "/trends"));
        self.transport.get(&path, &()).await
    }

    /// Invite people who agreed to be asked. Each mailbox is invited once, however often
    /// this is sent.
    pub async fn invite(
        &self,
        petition: PetitionId,
        request: &InvitationRequest,
    ) -> Result<InvitationResponse, ClientError> {
        let path = format!("/operator{}", of(petition, "/invitations"));
        self.transport.post(&path, request, Repeat::Never).await
    }

    /// Hand over a delivery report.
    pub async fn bounce(&self, report: Vec<u8>) -> Result<BounceOutcome, ClientError> {
        let body = BounceRequest { report };
        let answer: BounceResponse = self
            .transport
            .post("/operator/bounces", &body, Repeat::Safe)
            .await?;
        Ok(answer.outcome)
    }

    /// Write to a mailbox again.
    pub async fn write_again(&self, email: String) -> Result<(), ClientError> {
        let body = WriteAgainRequest { email };
        self.transport
            .post_bytes("/operator/bounces/removal", &body, Repeat::Safe)
            .await?;
        Ok(())
    }
}
