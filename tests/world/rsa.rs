//! The published issuer key of RFC 9578, appendix A.2: a token key whose private half
//! everybody may have.

use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, U2048};
use undersigned::protocol::token::{NK, TokenKey};

const MODULUS: &str = "cb1aed6b6a95f5b1ce013a4cfcab25b94b2e64a23034e4250a7eab43c0df3a8c12993af12b111908d4b471bec31d4b6c9ad9cdda90612a2ee903523e6de5a224d6b02f09e5c374d0cfe01d8f529c500a78a2f67908fa682b5a2b430c81eaf1af72d7b5e794fc98a3139276879757ce453b526ef9bf6ceb99979b8423b90f4461a22af37aab0cf5733f7597abe44d31c732db68a181c6cbbe607d8c0e52e0655fd9996dc584eca0be87afbcd78a337d17b1dba9e828bbd81e291317144e7ff89f55619709b096cbb9ea474cead264c2073fe49740c01f00e109106066983d21e5f83f086e2e823c879cd43cef700d2a352a9babd612d03cad02db134b7e225a5f";
const EXPONENT: &str = "2f309b7738b58cf779f0c915f822dfc9f490dbeadf1e7adfac578ffd5703c6bba2da9d5a49725889b7ba112f8c6ff30551d9473e000bc35c50e167ab7fa73a0c2b21965c4b59257c1ac06cbdcf28e863f6718ea8c29043c1c6da84629490fd0491bf52d172c959c1921b96949c725747b8a7c7871995fa0b9eb1107ba854c6c32a6f4747c5d1c304c7467d55b080aa233a3a52ffdf26114cbb541ffa6b696b7a096f8dcff69ca08ab58efb0fb753aa5185c73001696bbce8c099e3f435dcbbfe05e7dbaad23db2a659c23add521407f150b1af2d9054c4164229d6840b7a32a4f8481493ae8959cf0aea8def0c3c9f75b9a34c75718b7072c8dbab17cefeca49";

fn form(bytes: &[u8; NK]) -> FixedMontyForm<{ U2048::LIMBS }> {
    let modulus = Odd::new(U2048::from_be_hex(MODULUS)).expect("odd");
    let params = FixedMontyParams::new_vartime(modulus);
    FixedMontyForm::new(&U2048::from_be_slice(bytes), &params)
}

fn bytes(form: &FixedMontyForm<{ U2048::LIMBS }>) -> [u8; NK] {
    form.retrieve()
        .to_be_bytes()
        .as_ref()
        .try_into()
        .expect("2048 bits")
}

/// The token key.
pub(crate) fn token_key() -> TokenKey {
    let modulus = hex::decode(MODULUS).expect("hexadecimal");
    TokenKey::from_modulus(&modulus.try_into().expect("2048 bits")).expect("a token key")
}

/// What the registrar does with a blinded message.
pub(crate) fn blind_sign(blinded: &[u8; NK]) -> [u8; NK] {
    bytes(&form(blinded).pow(&U2048::from_be_hex(EXPONENT)))
}

/// The blinding factor, which only the holder of the private key can find, and only once
/// the token is known: `blind signature / token`.
pub(crate) fn blinding_factor(blinded: &[u8; NK], token: &[u8; NK]) -> [u8; NK] {
    let token = form(token)
        .invert()
        .expect("a token shares no divisor with the modulus");
    bytes(&(form(&blind_sign(blinded)) * token))
}
