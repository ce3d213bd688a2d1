using PeerReplica.Security;
using PeerReplica.SlowTests.Security;

namespace PeerReplica.SlowTests.Attacks;

/// <summary>Certificates and authorities that are replaced, well and badly, under processes that go on replicating.</summary>
[Collection(AttackedCollection.Name)]
public sealed class RotationProcessTests(CertificateCluster cluster)
{
    [Fact]
    public async Task Certificates_and_then_the_authority_are_replaced_without_a_lost_write_or_a_missing_link()
    {
        var attack = await cluster.BeginAsync();
        var next = DevelopmentAuthority.Create(AttackedCluster.ClusterName);
        var both = cluster.Authority.Certificate.ExportCertificatePem() + "\n" + next.Certificate.ExportCertificatePem();
        await ReplaceAsync(node => Write(node, "ca.crt", both));
        await ReplaceAsync(node =>
        {
            next.IssueTo(node, cluster.PathOf(node + ".new"));
            foreach (var file in new[] { "tls.key", "tls.crt" }) File.Move(cluster.PathOf(node + ".new", file), cluster.PathOf(node, file), overwrite: true);
        });
        cluster.Authority = next;
        await ReplaceAsync(node => Write(node, "ca.crt", next.Certificate.ExportCertificatePem()));
        await Task.Delay(1_000);

        // EndAsync asserts that nobody was unreachable meanwhile.
        await cluster.EndAsync(attack);
    }

    [Fact]
    public async Task A_bad_file_leaves_the_certificate_before_in_use_and_is_reported_once()
    {
        var attack = await cluster.BeginAsync();
        var (key, certificate) = (File.ReadAllText(cluster.PathOf("a", "tls.key")), File.ReadAllText(cluster.PathOf("a", "tls.crt")));
        var before = Refused();
        Write("a", "tls.crt", "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
        await SecureHosts.UntilAsync(() => Refused() > before, "the bad file was not reported");
        await Task.Delay(1_500);
        Assert.Equal(before + 1, Refused());
        await using (await cluster.IntrudeAsync(0, "after-a-bad-file", new ReplicaId(0xC1)))
        {
        }

        Write("a", "tls.key", key);
        Write("a", "tls.crt", certificate);
        await cluster.EndAsync(attack);

        int Refused() => cluster.Peers[0].Logged.Count(l => l.Contains("cannot be used", StringComparison.Ordinal));
    }

    private async Task ReplaceAsync(Action<string> replace)
    {
        var before = cluster.Peers.Select(Reloads).ToArray();
        foreach (var node in AttackedCluster.Nodes) replace(node);
        for (var i = 0; i < cluster.Peers.Length; i++)
        {
            var (peer, at) = (cluster.Peers[i], before[i]);
            await SecureHosts.UntilAsync(() => Reloads(peer) > at, $"process {i} did not read its files again");
        }

        static int Reloads(Processes.PeerProcess peer) => peer.Logged.Count(l => l.Contains("certificates are in use", StringComparison.Ordinal));
    }

    private void Write(string node, string file, string text)
    {
        File.WriteAllText(cluster.PathOf(node, file + ".new"), text);
        File.Move(cluster.PathOf(node, file + ".new"), cluster.PathOf(node, file), overwrite: true);
    }
}
