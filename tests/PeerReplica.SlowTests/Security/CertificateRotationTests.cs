using Microsoft.Extensions.Logging;
using PeerReplica.Security;

namespace PeerReplica.SlowTests.Security;

/// <summary>Certificates, authorities and secrets that change while the replicas run and write, over real sockets.</summary>
public sealed class CertificateRotationTests : IDisposable
{
    private const string Cluster = "rotation";
    private readonly string _directory = Directory.CreateTempSubdirectory("peerreplica-tests-").FullName;
    private readonly DevelopmentAuthority _authority = DevelopmentAuthority.Create(Cluster);

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Certificates_and_then_the_authority_are_exchanged_under_load_without_a_lost_write()
    {
        using var next = DevelopmentAuthority.Create(Cluster);
        foreach (var node in new[] { "a", "b" }) _authority.IssueTo(node, DirectoryOf(node));
        await using var a = await StartAsync("a");
        await using var b = await StartAsync("b", a.Address);
        await using var load = new WriteLoad(a, b);

        // Trust both, everywhere.
        var both = _authority.Certificate.ExportCertificatePem() + "\n" + next.Certificate.ExportCertificatePem();
        foreach (var node in new[] { "a", "b" }) Replace(node, "ca.crt", both);
        await ReloadedAsync(1, a, b);

        // Exchange the certificates, one node after the other.
        foreach (var node in new[] { "a", "b" })
        {
            next.IssueTo(node, DirectoryOf(node) + ".new");
            File.Move(Path.Combine(DirectoryOf(node) + ".new", "tls.key"), PathOf(node, "tls.key"), overwrite: true);
            File.Move(Path.Combine(DirectoryOf(node) + ".new", "tls.crt"), PathOf(node, "tls.crt"), overwrite: true);
        }

        await ReloadedAsync(2, a, b);
        await SecureHosts.UntilAsync(() => b.Logs.All.Any(e => e.EventId == 4), "the link was not renewed with the new certificate");

        // Trust the new one alone.
        foreach (var node in new[] { "a", "b" }) Replace(node, "ca.crt", next.Certificate.ExportCertificatePem());
        await ReloadedAsync(3, a, b);
        await Task.Delay(500);
        var written = await load.StopAsync();
        await AgreeAsync(written, a, b);

        // The authority of before lets nobody in any more.
        using var old = _authority;
        await using var late = await StartAsync(
            "late",
            o =>
            {
                (o.CertificateFile, o.CertificateKeyFile, o.TrustedAuthoritiesFile) = (null, null, null);
                o.UseCertificates(() => new PeerCertificates(old.Issue("late").Certificate, [old.Certificate, next.Certificate]));
            },
            a.Address);
        await SecureHosts.UntilAsync(() => a.Logs.Refusals.Any(m => m.Contains("issued by no authority", StringComparison.Ordinal)), "the old authority was not refused");
        Assert.Empty(late.Replica.Peers);
        NoLinkWasMissing(a);
        NoLinkWasMissing(b);
    }

    [Fact]
    public async Task A_bad_file_keeps_the_certificate_before_in_use_and_is_reported_once()
    {
        foreach (var node in new[] { "a", "b" }) _authority.IssueTo(node, DirectoryOf(node));
        await using var a = await StartAsync("a");
        await using var b = await StartAsync("b", a.Address);
        await SecureHosts.UntilAsync(() => a.Linked() == 1, "not linked");
        Replace("a", "tls.crt", "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
        await SecureHosts.UntilAsync(() => a.Logs.All.Any(e => e is { EventId: 26, Level: LogLevel.Error }), "the bad file was not reported");
        await Task.Delay(1_500);
        Assert.Single(a.Logs.All, e => e.EventId == 26);
        await a.Replica.GetCounter("sold").AddAsync(1, WriteConcern.Peers(1).WithTimeout(Hosts.Patience));

        // A newcomer still gets in, and a good file is taken again.
        _authority.IssueTo("c", DirectoryOf("c"));
        await using var c = await StartAsync("c", a.Address);
        await SecureHosts.UntilAsync(() => a.Linked() == 2, "the newcomer was not let in");
        _authority.IssueTo("a", DirectoryOf("a"));
        await SecureHosts.UntilAsync(() => a.Logs.All.Any(e => e.EventId == 25), "the good file was not taken");
    }

    /// <summary>As Kubernetes does: the files are links into a directory behind another link, which is swapped.</summary>
    [Fact]
    public async Task A_swapped_symbolic_link_is_noticed()
    {
        var mount = DirectoryOf("a");
        Directory.CreateDirectory(mount);
        _authority.IssueTo("a", Path.Combine(mount, "..1"));
        File.CreateSymbolicLink(Path.Combine(mount, "..data"), "..1");
        foreach (var file in new[] { "tls.crt", "tls.key", "ca.crt" }) File.CreateSymbolicLink(Path.Combine(mount, file), Path.Combine("..data", file));
        await using var a = await StartAsync("a");
        _authority.IssueTo("a", Path.Combine(mount, "..2"));
        File.CreateSymbolicLink(Path.Combine(mount, "..data_tmp"), "..2");
        using var move = System.Diagnostics.Process.Start("mv", ["-T", Path.Combine(mount, "..data_tmp"), Path.Combine(mount, "..data")]);
        await move.WaitForExitAsync();
        await ReloadedAsync(1, a);
    }

    [Fact]
    public async Task A_denied_peer_is_cut_off_at_once_and_stays_out_until_it_is_permitted_again()
    {
        foreach (var node in new[] { "a", "b", "c" }) _authority.IssueTo(node, DirectoryOf(node));
        var denied = Path.Combine(_directory, "denied");
        await File.WriteAllTextAsync(denied, "# nobody\n");
        await using var a = await StartAsync("a", o => o.DeniedPeersFile = denied);
        await using var b = await StartAsync("b", a.Address);
        await using var c = await StartAsync("c", a.Address);
        await SecureHosts.UntilAsync(() => a.Linked() == 2, "not linked");
        await File.WriteAllTextAsync(denied, "b\n");
        await SecureHosts.UntilAsync(() => a.Logs.Refusals.Any(m => m.Contains("(Denied)", StringComparison.Ordinal)) && a.Linked() == 1, "the denied peer was not cut off");
        await Task.Delay(1_000);
        Assert.Equal("c", Assert.Single(a.Replica.Peers, p => p.State == PeerState.Up).NodeName);
        await File.WriteAllTextAsync(denied, "");
        await SecureHosts.UntilAsync(() => a.Linked() == 2, "the peer was not let in again");
    }

    [Fact]
    public async Task Links_are_replaced_at_their_greatest_age_without_a_gap()
    {
        foreach (var node in new[] { "a", "b" }) _authority.IssueTo(node, DirectoryOf(node));
        static void Age(PeerReplicaOptions o) => o.MaxLinkAge = TimeSpan.FromSeconds(5);
        await using var a = await StartAsync("a", Age);
        await using var b = await StartAsync("b", Age, a.Address);
        await using var load = new WriteLoad(a, b);
        await SecureHosts.UntilAsync(() => b.Logs.All.Count(e => e.EventId == 4) >= 2, "links were not replaced");
        var written = await load.StopAsync();
        await AgreeAsync(written, a, b);
        NoLinkWasMissing(a);
        NoLinkWasMissing(b);
    }

    [Fact]
    public async Task A_node_that_claims_another_name_than_its_certificate_is_refused_at_start()
    {
        _authority.IssueTo("a", DirectoryOf("a"));
        var e = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => StartAsync("a", o => o.NodeName = "b"));
        Assert.Contains("names the node 'a', and NodeName is 'b'", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_secret_is_exchanged_under_load_without_a_lost_write()
    {
        // One instance after the other is restarted: first with both secrets, then with the new one alone.
        var first = await SecureHosts.StartAsync("first");
        var second = await SecureHosts.StartAsync("second", first.Address);
        var total = 0L;
        foreach (var secrets in new[] { new[] { Secrets.Second, Secrets.First }, [Secrets.Second] })
        {
            for (var instance = 0; instance < 2; instance++)
            {
                await SecureHosts.UntilAsync(() => first.Linked() >= 1 && second.Linked() >= 1, "the instances are not linked");
                await using (var load = new WriteLoad(second))
                {
                    await first.StopAsync();
                    await first.DisposeAsync();
                    first = second;
                    second = await SecureHosts.StartAsync(
                        $"again-{secrets.Length}-{instance}",
                        o =>
                        {
                            o.SharedSecret = secrets[0];
                            foreach (var previous in secrets.Skip(1)) o.PreviousSharedSecrets.Add(previous);
                        },
                        first.Address);
                    await second.Replica.WaitUntilSyncedAsync().WaitAsync(Hosts.Patience);
                    total += await load.StopAsync();
                }

                await AgreeAsync(total, first, second);
            }
        }

        await first.DisposeAsync();
        await second.DisposeAsync();
    }

    private static async Task AgreeAsync(long written, params Hosts[] hosts)
    {
        foreach (var host in hosts)
        {
            await SecureHosts.UntilAsync(
                () => host.Replica.GetCounter("sold").Value == written, $"{host.Replica.Self.NodeName} has {host.Replica.GetCounter("sold").Value} of {written} writes");
        }
    }

    /// <summary>The peer was never unreachable: there was always a link.</summary>
    private static void NoLinkWasMissing(Hosts host) =>
        Assert.DoesNotContain(host.Logs.All, e => e.EventId == 2 && !e.Message.Contains("late", StringComparison.Ordinal) && !e.Message.EndsWith("is Up.", StringComparison.Ordinal));

    private static async Task ReloadedAsync(int times, params Hosts[] hosts)
    {
        foreach (var host in hosts) await SecureHosts.UntilAsync(() => host.Logs.All.Count(e => e.EventId == 25) >= times, $"{host.Replica.Self.NodeName} did not reload {times} times");
    }

    private string DirectoryOf(string node) => Path.Combine(_directory, node);

    private string PathOf(string node, string file) => Path.Combine(DirectoryOf(node), file);

    private void Replace(string node, string file, string text)
    {
        File.WriteAllText(PathOf(node, file) + ".new", text);
        File.Move(PathOf(node, file) + ".new", PathOf(node, file), overwrite: true);
    }

    private Task<Hosts> StartAsync(string node, params string[] seeds) => StartAsync(node, null, seeds);

    private Task<Hosts> StartAsync(string node, Action<PeerReplicaOptions>? configure, params string[] seeds) => SecureHosts.StartAsync(
        node,
        o =>
        {
            o.SharedSecret = null;
            o.ClusterName = Cluster;
            o.CertificateFile = PathOf(node, "tls.crt");
            o.CertificateKeyFile = PathOf(node, "tls.key");
            o.TrustedAuthoritiesFile = PathOf(node, "ca.crt");
            o.CertificateReloadInterval = TimeSpan.FromMilliseconds(300);
            configure?.Invoke(o);
        },
        seeds);
}
