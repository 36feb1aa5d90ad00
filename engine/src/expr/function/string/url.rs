//! URLs and addresses.

use std::borrow::Cow;

use crate::{
    expr::function::{
        kernel::{map1, map2, map3},
        native::{I64, Text},
        registry::{FunctionInfo, Group},
        signature::{Param, Returns},
    },
    types::TypeKind as K,
};

/// The parts of a URL as `java.net.URL` has them.
#[derive(Debug, Default)]
struct Url<'a> {
    protocol: &'a str,
    authority: &'a str,
    has_authority: bool,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

impl<'a> Url<'a> {
    /// Protocols that Java knows; others are no URL to it.
    const PROTOCOLS: [&'static str; 6] = ["http", "https", "ftp", "file", "jar", "mailto"];

    fn parse(text: &'a str) -> Option<Self> {
        let (protocol, rest) = text.trim().split_once(':')?;
        if !Self::PROTOCOLS.iter().any(|known| known.eq_ignore_ascii_case(protocol)) {
            return None;
        }
        let (rest, fragment) = rest.split_once('#').map_or((rest, None), |(rest, fragment)| (rest, Some(fragment)));
        let (rest, query) = rest.split_once('?').map_or((rest, None), |(rest, query)| (rest, Some(query)));
        let hierarchy = rest.strip_prefix("//");
        let (authority, path) = match hierarchy {
            Some(rest) => rest.split_at(rest.find('/').unwrap_or(rest.len())),
            None => ("", rest),
        };
        Some(Self { protocol, authority, has_authority: hierarchy.is_some(), path, query, fragment })
    }

    fn part(&self, part: &str) -> Option<Cow<'a, str>> {
        let user = self.authority.rsplit_once('@').map(|(user, _)| user);
        match part {
            "PROTOCOL" => Some(Cow::Borrowed(self.protocol)),
            "AUTHORITY" => self.has_authority.then_some(Cow::Borrowed(self.authority)),
            "USERINFO" => user.map(Cow::Borrowed),
            "HOST" => {
                let host = self.authority.rsplit_once('@').map_or(self.authority, |(_, host)| host);
                let port = host.rfind(':').filter(|at| host[at + 1..].bytes().all(|byte| byte.is_ascii_digit()));
                Some(Cow::Borrowed(port.map_or(host, |at| &host[..at])))
            }
            "PATH" => Some(Cow::Borrowed(self.path)),
            "QUERY" => self.query.map(Cow::Borrowed),
            "REF" => self.fragment.map(Cow::Borrowed),
            "FILE" => Some(match self.query {
                Some(query) => Cow::Owned(format!("{}?{query}", self.path)),
                None => Cow::Borrowed(self.path),
            }),
            _ => None,
        }
    }
}

fn query_value<'a>(text: &'a str, part: &str, key: &str) -> Option<&'a str> {
    let query = Url::parse(text)?.query.filter(|_| part == "QUERY")?;
    query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='))
}

fn url_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            b'.' | b'-' | b'*' | b'_' => encoded.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn url_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = std::str::from_utf8(rest.get(..2)?).ok()?;
                bytes.push(u8::from_str_radix(digits, 16).ok()?);
                rest = &rest[2..];
            }
            _ => bytes.push(*first),
        }
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

fn inet_aton(text: &str) -> Option<i64> {
    let parts: Vec<i64> = text.split('.').map(|part| part.parse::<u8>().ok().map(i64::from)).collect::<Option<_>>()?;
    (parts.len() == 4).then(|| parts.iter().fold(0, |address, part| address << 8 | part))
}

fn inet_ntoa(address: i64) -> Option<String> {
    let address = u32::try_from(address).ok()?;
    Some(std::net::Ipv4Addr::from(address).to_string())
}

/// Adds the functions of this file.
pub fn register(into: &mut Vec<FunctionInfo>) {
    let info = |name, signature, doc, example| FunctionInfo::new(Group::String, name, signature, doc, example);
    let text = || Returns::Nullable(K::STRING);
    into.push(
        info("PARSE_URL", "PARSE_URL(url, part[, key])", "A part of a URL (HOST, PATH, QUERY, REF, PROTOCOL, AUTHORITY, FILE, USERINFO), or the value of a key of its QUERY.", ("PARSE_URL('http://a.com/p?k1=v1&k2=v2', 'QUERY', 'k2')", "v2"))
            .takes(&[Param::Text, Param::Text], text(), map2::<Text, Text, Text>(|_, url, part| Url::parse(url)?.part(part)))
            .takes(
                &[Param::Text, Param::Text, Param::Text],
                text(),
                map3::<Text, Text, Text, Text>(|_, url, part, key| query_value(url, part, key).map(Cow::Borrowed)),
            ),
    );
    into.push(
        info("URL_ENCODE", "URL_ENCODE(string)", "The text as a part of a URL.", ("URL_ENCODE('a=b c')", "a%3Db+c"))
            .takes(&[Param::Text], text(), map1::<Text, Text>(|_, text| Some(Cow::Owned(url_encode(text))))),
    );
    into.push(
        info(
            "URL_DECODE",
            "URL_DECODE(string)",
            "The text of a part of a URL; NULL where it is none.",
            ("URL_DECODE('a%3Db+c')", "a=b c"),
        )
        .takes(&[Param::Text], text(), map1::<Text, Text>(|_, text| url_decode(text).map(Cow::Owned))),
    );
    into.push(
        info(
            "INET_ATON",
            "INET_ATON(string)",
            "The number of an IPv4 address; NULL where it is none.",
            ("INET_ATON('127.0.0.1')", "2130706433"),
        )
        .takes(&[Param::Text], Returns::Nullable(K::BigInt), map1::<Text, I64>(|_, text| inet_aton(text))),
    );
    into.push(
        info("INET_NTOA", "INET_NTOA(number)", "The IPv4 address of a number.", ("INET_NTOA(2130706433)", "127.0.0.1"))
            .takes(&[Param::BigInt], text(), map1::<I64, Text>(|_, address| inet_ntoa(address).map(Cow::Owned))),
    );
}
