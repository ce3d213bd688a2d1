using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PeerReplica.Security;
using PeerReplica.Tests.Api;

namespace PeerReplica.Tests.Security;

/// <summary>The handshake with certificates, over streams in memory: whose certificate lets in, and whose does not.</summary>
public sealed class CertificateHandshakeTests : IDisposable
{
    private const string Cluster = "shop";
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);
    private readonly DevelopmentAuthority _authority = DevelopmentAuthority.Create(Cluster);
    private readonly List<ChannelSecurity> _made = [];

    public void Dispose()
    {
        foreach (var security in _made) security.Dispose();
        _authority.Dispose();
    }

    [Fact]
    public async Task Two_nodes_of_one_authority_know_each_other_by_name()
    {
        var (dialed, accepted) = await ConnectAsync(With(_authority.Issue("a")), With(_authority.Issue("b")));
        Assert.Equal(("spiffe://shop/peerreplica/b", "b"), (dialed.Peer.Name, dialed.Peer.NodeName));
        Assert.Equal(("spiffe://shop/peerreplica/a", "a"), (accepted.Peer.Name, accepted.Peer.NodeName));
        Assert.InRange(dialed.Peer.ValidUntil!.Value, DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
    }

    [Fact]
    public async Task A_name_of_the_DNS_is_an_identity_too()
    {
        var certificate = _authority.Issue("unused", TimeSpan.FromHours(1), r => Rename(r, b => b.AddDnsName("Node-7.eu.PeerReplica.Shop")));
        var (dialed, _) = await ConnectAsync(With(_authority.Issue("a")), With(Signed(certificate)));
        Assert.Equal(("dns:node-7.eu.peerreplica.shop", "node-7.eu"), (dialed.Peer.Name, dialed.Peer.NodeName));
    }

    [Fact]
    public async Task A_foreign_authority_is_refused_and_a_second_trusted_one_is_not()
    {
        using var foreign = DevelopmentAuthority.Create(Cluster);
        await RefusedAsync(new Unchecked(foreign.Issue("b").Certificate), "issued by no authority");
        var both = new X509Certificate2Collection { _authority.Certificate, foreign.Certificate };
        await ConnectAsync(With(new PeerCertificates(_authority.Issue("a").Certificate, both)), With(new PeerCertificates(foreign.Issue("b").Certificate, both)));

        // Authorities of one name, and certificates that do not say which of them issued them.
        X509Certificate2 Unidentified(DevelopmentAuthority authority, string node) => authority.Issue(
            node, TimeSpan.FromHours(1), r => r.CertificateExtensions.Remove(r.CertificateExtensions.OfType<X509AuthorityKeyIdentifierExtension>().Single()));
        await ConnectAsync(With(new PeerCertificates(Unidentified(_authority, "a"), both)), With(new PeerCertificates(Unidentified(foreign, "b"), both)));
    }

    [Fact]
    public async Task An_intermediate_authority_is_sent_along()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=between", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        using var between = request.Create(_authority.Certificate, _authority.Certificate.NotBefore, _authority.Certificate.NotAfter, [1, 2, 3]).CopyWithPrivateKey(key);
        using var leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var leaf = new CertificateRequest("CN=leaf", leafKey, HashAlgorithmName.SHA256);
        foreach (var extension in _authority.Issue("b").Certificate.Extensions) leaf.CertificateExtensions.Add(extension);
        using var signed = leaf.Create(between, between.NotBefore, between.NotAfter, [4, 5, 6]).CopyWithPrivateKey(leafKey);
        var roots = new X509Certificate2Collection { _authority.Certificate };
        await ConnectAsync(With(_authority.Issue("a")), With(new PeerCertificates(RunCertificate.Usable(signed), roots, [X509CertificateLoader.LoadCertificate(between.RawData)])));
    }

    public static TheoryData<string, string> Bad => new()
    {
        { "expired", "expired or not yet valid" },
        { "server only", "lacks clientAuth" },
        { "client only", "lacks serverAuth" },
        { "no usage", "lacks serverAuth and clientAuth" },
        { "no name", "names no node" },
        { "two names", "more than one node" },
        { "other cluster", "names the cluster 'other'" },
        { "wildcard", "names no node" },
        { "self-signed", "issued by no authority" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task A_certificate_that_is_not_right_is_refused(string kind, string reason) => await RefusedAsync(new Unchecked(Make(kind)), reason);

    [Fact]
    public async Task A_replica_with_a_secret_and_one_with_a_certificate_refuse_each_other()
    {
        using var secret = ChannelSecurity.Create(new PeerReplicaOptions { SharedSecret = Secrets.First })!;
        var (near, far) = DuplexStream.Pair();
        var dialing = secret.AuthenticateAsync(near, isDialer: true, default);
        var listening = With(_authority.Issue("b")).AuthenticateAsync(far, isDialer: false, default);
        Assert.Equal(HandshakeVerdict.NotAuthenticated, (await Assert.ThrowsAsync<HandshakeException>(() => listening.WaitAsync(s_patience))).Verdict);
        Assert.Contains("does not accept", (await Assert.ThrowsAsync<HandshakeException>(() => dialing.WaitAsync(s_patience))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("web-*", "", null)]
    [InlineData("db-?", "", "matches no pattern")]
    [InlineData("", "web-1", "is denied")]
    [InlineData("", "web-*", "is denied")]
    [InlineData("", "spiffe://shop/peerreplica/web-1", "is denied")]
    [InlineData("", "sha256:{hash}", "is denied")]
    [InlineData("", "serial:{serial}  # stolen", "is denied")]
    [InlineData("web-*", "web-2\n# nobody else\n", null)]
    public async Task Patterns_allow_and_entries_deny(string allowed, string denied, string? reason)
    {
        var peer = _authority.Issue("web-1");
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(
                file, denied.Replace("{hash}", peer.Certificate.GetCertHashString(HashAlgorithmName.SHA256), StringComparison.Ordinal)
                    .Replace("{serial}", peer.Certificate.SerialNumber, StringComparison.Ordinal));
            var listener = With(_authority.Issue("a"), o =>
            {
                o.DeniedPeersFile = file;
                if (allowed.Length > 0) o.AllowedNodes.Add(allowed);
            });
            if (reason is null)
            {
                await ConnectAsync(With(peer), listener);
                return;
            }

            var (near, far) = DuplexStream.Pair();
            _ = With(peer).AuthenticateAsync(near, isDialer: true, default);
            var e = await Assert.ThrowsAsync<HandshakeException>(() => listener.AuthenticateAsync(far, isDialer: false, default).WaitAsync(s_patience));
            Assert.Equal(HandshakeVerdict.Denied, e.Verdict);
            Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("sha256:12")]
    [InlineData("serial:xyz")]
    [InlineData("two words")]
    public void An_entry_that_is_none_is_a_fault(string entry) => Assert.Throws<FormatException>(() => PeerPolicy.ReadDenied($"web-1\n{entry}\n"));

    /// <summary>The certificate is in the user's store for as long as the test runs.</summary>
    [Fact]
    public async Task A_certificate_is_found_by_its_thumbprint_in_the_users_store()
    {
        using var certificate = X509CertificateLoader.LoadPkcs12(
            _authority.Issue("a").Certificate.Export(X509ContentType.Pfx), null, X509KeyStorageFlags.Exportable | X509KeyStorageFlags.PersistKeySet);
        var authorities = Path.GetTempFileName();
        using var store = new X509Store(StoreName.My, StoreLocation.CurrentUser);
        store.Open(OpenFlags.ReadWrite);
        store.Add(certificate);
        try
        {
            await File.WriteAllTextAsync(authorities, _authority.Certificate.ExportCertificatePem());
            var options = new PeerReplicaOptions { ClusterName = Cluster, TrustedAuthoritiesFile = authorities, CertificateThumbprint = certificate.Thumbprint };
            var found = ChannelSecurity.Create(options)!;
            _made.Add(found);
            Assert.Equal("a", options.NodeName);
            var (dialed, accepted) = await ConnectAsync(found, With(_authority.Issue("b")));
            Assert.Equal(("b", "a"), (dialed.Peer.NodeName, accepted.Peer.NodeName));
            options.CertificateThumbprint = new string('A', 40);
            var missing = Assert.Throws<PeerReplicaException>(() => ChannelSecurity.Create(options));
            Assert.Contains(options.CertificateThumbprint, missing.Message, StringComparison.Ordinal);
        }
        finally
        {
            store.Remove(certificate);
            File.Delete(authorities);
        }
    }

    [Fact]
    public void Certificates_load_from_every_kind_of_file_and_set_the_nodes_name()
    {
        var directory = Directory.CreateTempSubdirectory("peerreplica-tests-").FullName;
        try
        {
            _authority.IssueTo("node:7", directory);
            string At(string name) => Path.Combine(directory, name);
            var pem = Options(o => (o.CertificateFile, o.CertificateKeyFile) = (At("tls.crt"), At("tls.key")));
            using (ChannelSecurity.Create(pem)) Assert.Equal("node:7", pem.NodeName);
            File.WriteAllText(At("both.pem"), File.ReadAllText(At("tls.crt")) + "\n" + File.ReadAllText(At("tls.key")));
            using (ChannelSecurity.Create(Options(o => o.CertificateFile = At("both.pem"))))
            {
            }

            File.WriteAllBytes(At("tls.pfx"), _authority.Issue("n").Certificate.Export(X509ContentType.Pfx, "the password"));
            using (ChannelSecurity.Create(Options(o => (o.CertificateFile, o.CertificatePassword) = (At("tls.pfx"), "the password"))))
            {
            }

            var wrong = Assert.Throws<PeerReplicaException>(() => ChannelSecurity.Create(Options(o => (o.CertificateFile, o.CertificatePassword) = (At("tls.pfx"), "a wrong one"))));
            Assert.DoesNotContain("a wrong one", wrong.ToString(), StringComparison.Ordinal);
            Assert.Throws<PeerReplicaException>(() => ChannelSecurity.Create(Options(o => o.CertificateFile = At("missing.pem"))));

            PeerReplicaOptions Options(Action<PeerReplicaOptions> configure)
            {
                var options = new PeerReplicaOptions { ClusterName = Cluster, TrustedAuthoritiesFile = At("ca.crt") };
                configure(options);
                return options;
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData("spiffe://shop/peerreplica/a", "shop", "a")]
    [InlineData("SPIFFE://shop/peerreplica/node%3A7400", "shop", "node:7400")]
    [InlineData("spiffe://my%20shop/peerreplica/a.b", "my shop", "a.b")]
    [InlineData("spiffe://shop/peerreplica/a/b", null, null)]
    [InlineData("spiffe://shop/peerreplica/", null, null)]
    [InlineData("spiffe:///peerreplica/a", null, null)]
    [InlineData("spiffe://shop/ns/default/sa/a", null, null)]
    [InlineData("spiffe://shop/peerreplica/a?b", null, null)]
    [InlineData("spiffe://user@shop/peerreplica/a", null, null)]
    [InlineData("https://shop/peerreplica/a", null, null)]
    public void A_URI_names_cluster_and_node(string uri, string? cluster, string? node) =>
        Assert.Equal((cluster, node), (CertificateName.OfUri(uri)?.Cluster, CertificateName.OfUri(uri)?.Node));

    [Theory]
    [InlineData("a.peerreplica.shop", "shop", "a")]
    [InlineData("A.eu.PeerReplica.Shop.Example", "shop.example", "a.eu")]
    [InlineData("*.peerreplica.shop", null, null)]
    [InlineData(".peerreplica.shop", null, null)]
    [InlineData("a.peerreplica.", null, null)]
    [InlineData("a.shop", null, null)]
    public void A_DNS_name_names_cluster_and_node(string name, string? cluster, string? node) =>
        Assert.Equal((cluster, node), (CertificateName.OfDns(name)?.Cluster, CertificateName.OfDns(name)?.Node));

    private static void Rename(CertificateRequest request, Action<SubjectAlternativeNameBuilder> names)
    {
        request.CertificateExtensions.Remove(request.CertificateExtensions.First(e => e.Oid?.Value == "2.5.29.17"));
        var builder = new SubjectAlternativeNameBuilder();
        names(builder);
        request.CertificateExtensions.Add(builder.Build());
    }

    private static void Use(CertificateRequest request, params Oid[] usages)
    {
        request.CertificateExtensions.Remove(request.CertificateExtensions.OfType<X509EnhancedKeyUsageExtension>().First());
        if (usages.Length > 0) request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. usages], false));
    }

    private X509Certificate2 Make(string kind) => kind switch
    {
        "expired" => _authority.Issue("b", TimeSpan.FromMinutes(-5), null),
        "server only" => _authority.Issue("b", TimeSpan.FromHours(1), r => Use(r, CertificateUsage.Server)),
        "client only" => _authority.Issue("b", TimeSpan.FromHours(1), r => Use(r, CertificateUsage.Client)),
        "no usage" => _authority.Issue("b", TimeSpan.FromHours(1), r => Use(r)),
        "no name" => _authority.Issue("b", TimeSpan.FromHours(1), r => Rename(r, n => n.AddDnsName("b.example"))),
        "two names" => _authority.Issue("b", TimeSpan.FromHours(1), r => Rename(r, n =>
        {
            n.AddUri(new("spiffe://shop/peerreplica/b"));
            n.AddUri(new("spiffe://shop/peerreplica/c"));
        })),
        "other cluster" => _authority.Issue("b", TimeSpan.FromHours(1), r => Rename(r, n => n.AddUri(new("spiffe://other/peerreplica/b")))),
        "wildcard" => _authority.Issue("b", TimeSpan.FromHours(1), r => Rename(r, n => n.AddDnsName("*.peerreplica.shop"))),
        _ => RunCertificate.Create(),
    };

    private PeerCertificates Signed(X509Certificate2 certificate) => new(certificate, [_authority.Certificate]);

    private ChannelSecurity With(PeerCertificates certificates, Action<PeerReplicaOptions>? configure = null)
    {
        var options = new PeerReplicaOptions { ClusterName = Cluster };
        options.UseCertificates(() => certificates);
        configure?.Invoke(options);
        var security = ChannelSecurity.Create(options)!;
        _made.Add(security);
        return security;
    }

    /// <summary>Both as dialer and as listener.</summary>
    private async Task RefusedAsync(Unchecked peer, string reason)
    {
        foreach (var isDialer in new[] { true, false })
        {
            var (near, far) = DuplexStream.Pair();
            using var raw = new RawPeer(near) { Certificate = peer.Certificate };
            var judging = With(_authority.Issue("a")).AuthenticateAsync(far, isDialer: !isDialer, default);
            _ = isDialer ? raw.DialAsync() : raw.ListenAsync();
            var e = await Assert.ThrowsAsync<HandshakeException>(() => judging.WaitAsync(s_patience));
            Assert.Equal(HandshakeVerdict.NotAuthenticated, e.Verdict);
            Assert.Contains(reason, e.Message, StringComparison.Ordinal);
        }
    }

    private static async Task<(AuthenticatedChannel Dialed, AuthenticatedChannel Accepted)> ConnectAsync(ChannelSecurity dialer, ChannelSecurity listener)
    {
        var (near, far) = DuplexStream.Pair();
        var dialing = dialer.AuthenticateAsync(near, isDialer: true, default);
        var listening = listener.AuthenticateAsync(far, isDialer: false, default);
        await Task.WhenAll(dialing, listening).WaitAsync(s_patience);
        return (await dialing, await listening);
    }

    /// <summary>A certificate that no replica would start with.</summary>
    private sealed record Unchecked(X509Certificate2 Certificate);
}
