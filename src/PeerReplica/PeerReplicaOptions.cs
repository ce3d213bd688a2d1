using System.Runtime.Serialization;
using System.Text.Json.Serialization;
using PeerReplica.Security;

namespace PeerReplica;

/// <summary>How this process takes part in its cluster. Read once at start; every fault is reported in one message.</summary>
public sealed class PeerReplicaOptions
{
    /// <summary>The cluster's name; replicas of another name are refused. 1 to 128 characters. Default <c>default</c>.</summary>
    public string ClusterName { get; set; } = "default";

    /// <summary>This instance's human name; it should survive restarts. 1 to 128 characters. Default: the machine's name and the port.</summary>
    public string? NodeName { get; set; }

    /// <summary>Where to listen, as <c>host:port</c> with an IP address; port 0 lets the system choose. Default <c>127.0.0.1:7400</c>.</summary>
    public string Listen { get; set; } = "127.0.0.1:7400";

    /// <summary>
    /// Where peers reach this replica, as <c>host:port</c>. Default: the bound address, and for <c>0.0.0.0</c> and <c>[::]</c> the machine's host name with the bound
    /// port. Set it behind address translation. A peer that cannot resolve or reach it dials the address that this replica last connected from, with the advertised port;
    /// peers that were never linked with it learn that address from those that were.
    /// Wildcard, multicast and broadcast addresses and port 0 are refused at startup.
    /// </summary>
    public string? Advertise { get; set; }

    /// <summary>
    /// Where other replicas are found, as <c>host:port</c>; IPv6 addresses stand in brackets. An element may hold several, separated by commas, semicolons or white
    /// space. A name stands for all of its addresses and is resolved again for as long as the replica runs; this replica's own address among them is skipped. One that
    /// answers is enough to find all. Give every instance the same list, its own address included: the instance at the lowest address may be the first of the cluster,
    /// see <see cref="SeedTimeout"/>. Default: none, so that the replica is the first of a cluster at once.
    /// </summary>
    public IList<string> Seeds { get; } = [];

    /// <summary>
    /// What every replica of the cluster proves to know before anything else is exchanged, over TLS 1.3 that the proof is bound to. At least 256 random bits in base64 or hexadecimal;
    /// <c>openssl rand -base64 32</c> makes one, and shorter or regular ones are refused at startup. White space around it is ignored. It is not shown in logs, messages or JSON.
    /// Default: none, which only a loopback address permits.
    /// </summary>
    [JsonIgnore]
    [IgnoreDataMember]
    public string? SharedSecret { get; set; }

    /// <summary>
    /// Secrets that are accepted and proved besides <see cref="SharedSecret"/>, at most 3: to change the secret without stopping the cluster, restart every instance with the new secret there and
    /// the previous one here, and then every instance without the previous one. Default: none.
    /// </summary>
    [JsonIgnore]
    [IgnoreDataMember]
    public IList<string> PreviousSharedSecrets { get; } = [];

    /// <summary>
    /// This replica's certificate: a PEM file with the certificate, then those between it and a root, or a PFX file with its key. It names the cluster and the node, as
    /// <c>URI:spiffe://cluster/peerreplica/node</c> or <c>DNS:node.peerreplica.cluster</c> among its alternative names, and is for both server and client authentication. With a certificate, peers
    /// are authenticated by theirs and there is no <see cref="SharedSecret"/>. The file is watched: a new certificate is used without a restart, and one that cannot be used leaves the
    /// one before in use (log event 26). Default: none.
    /// </summary>
    public string? CertificateFile { get; set; }

    /// <summary>The PEM file with the private key of <see cref="CertificateFile"/>. Default: the key is in the same file.</summary>
    public string? CertificateKeyFile { get; set; }

    /// <summary>The password of a PFX file, or of an encrypted private key. It is not shown in logs, messages or JSON. Default: none.</summary>
    [JsonIgnore]
    [IgnoreDataMember]
    public string? CertificatePassword { get; set; }

    /// <summary>Instead of <see cref="CertificateFile"/>: the SHA-1 thumbprint of a certificate in the store <c>My</c> of the user or the machine. Default: none.</summary>
    public string? CertificateThumbprint { get; set; }

    /// <summary>
    /// The PEM file with the authorities whose certificates are accepted: for this cluster alone. Several, while one takes another's place: first trust both everywhere, then exchange the
    /// certificates, then trust the new one alone. It is watched; links with certificates that are not trusted any more are replaced within 30 s. Required with a certificate from a file or the store.
    /// </summary>
    public string? TrustedAuthoritiesFile { get; set; }

    /// <summary>Patterns of the node names that are let in, of those with a valid certificate: <c>*</c> stands for any text, <c>?</c> for one character. Default: none, so that every node of the cluster is.</summary>
    public IList<string> AllowedNodes { get; } = [];

    /// <summary>
    /// A file with peers that are denied although their certificates are valid, one a line: <c>sha256:</c> and the hash of a certificate, <c>serial:</c> and its number, an identity, or a
    /// pattern of node names. It is watched; links with peers that come to be denied are closed at once. Default: none.
    /// </summary>
    public string? DeniedPeersFile { get; set; }

    /// <summary>
    /// Patterns of the node names of operators: <c>*</c> stands for any text, <c>?</c> for one character. With it, <see cref="IPeerReplica.ExpelAsync"/> and
    /// <see cref="IPeerReplica.ReadmitAsync"/> work at these nodes only, and replicas ignore decisions of all others (log event 34): a decision counts at a replica
    /// that has been linked with the operator's instance. It needs certificates, and must be equal on all instances. Default: none, so that every member may decide.
    /// </summary>
    public IList<string> Operators { get; } = [];

    /// <summary>How often to look for other certificates, authorities and denied peers, besides when their directories change. 100 ms to 1 h. Default 10 s.</summary>
    public TimeSpan CertificateReloadInterval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// After how long an encrypted link is replaced by a new one, with new keys and with certificates that are checked again; a certificate that ends before that ends it sooner. Links are
    /// replaced one at a time, and the new one is open before the old one closes. 1 s to 30 days. Default 12 h. Equal in the whole cluster.
    /// </summary>
    public TimeSpan MaxLinkAge { get; set; } = TimeSpan.FromHours(12);

    /// <summary>
    /// Permits listening and dialing beyond loopback without a secret or a certificate: nothing is encrypted, and anyone who reaches the port can read and write everything.
    /// Default <see langword="false"/>.
    /// </summary>
    public bool AllowUnauthenticated { get; set; }

    /// <summary>
    /// How many instances form the cluster at first, each with a <see cref="NodeName"/> of its own; the capacity of bounded counters and pools is granted once all of them have
    /// met. 0 to 64. With it set to the number of instances that may run at one time nothing is ever granted twice. Default 0: whoever finds nobody forms the cluster, so that
    /// instances that start while they are cut off from each other, or a founder that restarts while it is cut off from the others, grant twice.
    /// </summary>
    public int ExpectedReplicas { get; set; }

    /// <summary>
    /// The least time between two broadcasts to the same peer; the first change after silence leaves at once. Raising it lowers traffic and raises
    /// latency under load. 1 ms to 10 s. Default 8 ms: 125 broadcasts a second to each peer, and as many
    /// acknowledgements.
    /// </summary>
    public TimeSpan BroadcastInterval { get; set; } = TimeSpan.FromMilliseconds(8);

    /// <summary>The most that is sent to one peer, in bytes per second. What waits is merged, not queued. 16 KiB to 10 GiB. Default 256 MiB.</summary>
    public long MaxBytesPerSecondPerPeer { get; set; } = 256L << 20;

    /// <summary>How often an idle link says that it is alive. 10 ms to 60 s. Default 1 s.</summary>
    public TimeSpan HeartbeatInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>After how long without a word a link is given up and dialed anew. At least three heartbeat intervals. Default 5 s.</summary>
    public TimeSpan PeerTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// After how long out of everyone's reach a member is forgotten: until then its return costs only what it missed, and tombstones are kept for it; after
    /// that it gets the full state. At least <see cref="PeerTimeout"/>. Default 1 h.
    /// </summary>
    public TimeSpan ForgetAfter { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// After how long a change that a peer is still missing, though its origin should have sent it, is passed on by whoever has it.
    /// 1 ms to 60 s. Default 50 ms.
    /// </summary>
    public TimeSpan RelayAfter { get; set; } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How long to look for a synchronized replica before this one may be the first of a cluster. 0 to 10 min. Default 5 s. After that the instance whose own address
    /// is the lowest of the seeds' addresses is the first (seeds by name, then the addresses of a name, runs of digits by their number). If that address is dead, the smallest id
    /// among replicas at more than half of the seeds' addresses, or among <see cref="ExpectedReplicas"/> that have met, is the first after a further <see cref="PeerTimeout"/>.
    /// Every other replica stays not synchronized, logs event 22 and keeps trying. See <see cref="MayBeFirst"/>.
    /// </summary>
    public TimeSpan SeedTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Which of the addresses that peers advertise are dialed: networks (<c>10.0.0.0/8</c>), addresses, names, suffixes of
    /// names (<c>*.svc.cluster.local</c>), or <c>*</c>; each also with a port (<c>10.0.0.0/8:7400</c>,
    /// <c>[fd00::/8]:7400</c>). <see cref="Seeds"/> are always dialed. Link-local addresses, among them those of cloud
    /// metadata, are dialed as seeds only. Default: empty, all others. Set it where a peer that is not to be trusted could
    /// make this instance connect to other services.
    /// </summary>
    public IList<string> AllowedAddresses { get; } = [];

    /// <summary>
    /// Permits this instance to be the first of a cluster after <see cref="SeedTimeout"/> whatever its address is. Set it on one instance at most: two that start while they
    /// are cut off from each other both become the first, and bounded counters without <see cref="ExpectedReplicas"/> are granted twice. Default <see langword="false"/>.
    /// </summary>
    public bool MayBeFirst { get; set; }

    /// <summary>How long <see cref="WriteConcern"/> and <see cref="ReadConcern"/> wait unless they say otherwise. 1 ms to 1 h. Default 5 s.</summary>
    public TimeSpan ConcernTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long stopping may take to hand the last changes to peers. 0 to 5 min. Default 3 s.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>
    /// How far a peer's clock may be ahead: its changes are refused beyond that, so that one bad clock cannot win every key.
    /// Timestamps of peers put this replica's own ones ahead of its clock by a quarter of it at most, so replicas whose
    /// clocks differ by less than three quarters of it never refuse each other, whatever a third one says. 100 ms to 24 h.
    /// Default 1 min.
    /// </summary>
    public TimeSpan MaxClockSkew { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The largest key, encoded, in bytes. 16 to 65,536. Default 1,024. Equal in the whole cluster.</summary>
    public int MaxKeyBytes { get; set; } = 1024;

    /// <summary>The largest value, encoded, in bytes. 16 B to 256 MiB. Default 16 MiB. Equal in the whole cluster.</summary>
    public int MaxValueBytes { get; set; } = 16 << 20;

    /// <summary>The largest frame on a link, in bytes; larger transfers go in parts. 4 KiB to 16 MiB. Default 256 KiB. Equal in the whole cluster.</summary>
    public int MaxFrameBytes { get; set; } = 256 << 10;

    /// <summary>
    /// The most bytes of transfers from all peers that wait for their rest, in memory. Beyond it the link with the largest of
    /// them is closed. Raise it for a state of more than 200 MiB and many peers; lower it to bound the memory that a faulty
    /// peer can take. 1 MiB to 64 GiB, at least four times <see cref="MaxValueBytes"/>. Default 2 GiB.
    /// </summary>
    public long MaxStagedBytes { get; set; } = 2L << 30;

    /// <summary>How many keys a watcher may lag behind before it is told to start anew. 16 to 1,000,000. Default 4,096.</summary>
    public int WatchCapacity { get; set; } = 4096;

    /// <summary>The code that returns the certificates; null: they come from files or the store.</summary>
    internal Func<PeerCertificates>? CertificateProvider { get; private set; }

    /// <summary>
    /// Takes certificates from code, instead of <see cref="CertificateFile"/> or <see cref="CertificateThumbprint"/>: for a key vault, or the authority of a test.
    /// </summary>
    /// <param name="provider">Returns the certificates that are to be used now. Called at startup and then every <see cref="CertificateReloadInterval"/>, on a thread of its own; if it throws later, those before stay in use.</param>
    public void UseCertificates(Func<PeerCertificates> provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        CertificateProvider = provider;
    }

    /// <summary>Whether peers are authenticated by certificates.</summary>
    internal bool UsesCertificates => CertificateFile is not null || CertificateThumbprint is not null || CertificateProvider is not null;

    /// <summary>What was wrong with the configuration that these options were read from; the validator reports it.</summary>
    internal List<string> ReadingFaults { get; } = [];

    /// <summary>Whether the configuration has the setting <see cref="Seeds"/> with nothing in it.</summary>
    internal bool HasEmptySeeds { get; set; }
}
