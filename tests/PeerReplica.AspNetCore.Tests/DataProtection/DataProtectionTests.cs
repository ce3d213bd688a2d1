using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PeerReplica.AspNetCore.Tests.Apps;
using PeerReplica.DependencyInjection;

namespace PeerReplica.AspNetCore.Tests.DataProtection;

public sealed class DataProtectionTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task Instances_that_start_together_generate_one_key_and_read_each_other(int count)
    {
        await using var cluster = await WebCluster.StartAsync(count, AddKeys);
        var texts = await Task.WhenAll(cluster.Instances.Select(i => Task.Run(() => ProtectorOf(i).Protect(i.Replica.Self.NodeName))));
        await cluster.ConvergeAsync();
        foreach (var instance in cluster.Instances)
        {
            Assert.Equal(texts.Length, texts.Select(t => ProtectorOf(instance).Unprotect(t)).Distinct(StringComparer.Ordinal).Count());
            Assert.Single(RepositoryOf(instance).GetAllElements());
            Assert.DoesNotContain(instance.Logs.Entries, e => e.Id.Id == 103);
        }
    }

    [Fact]
    public async Task Instances_that_have_no_cluster_yet_generate_one_key_once_they_meet()
    {
        await using var cluster = new WebCluster();
        for (var i = 0; i < 3; i++) cluster.Add(AddKeys, options: o => o.ExpectedReplicas = 3, seeds: 3);
        await cluster.StartAllAsync();
        await Task.WhenAll(cluster.Instances.Select(i => Task.Run(() => ProtectorOf(i).Protect("a"))));
        await cluster.ConvergeAsync();
        Assert.Single(RepositoryOf(cluster[0]).GetAllElements());
        Assert.All(cluster.Instances, i => Assert.DoesNotContain(i.Logs.Entries, e => e.Id.Id == 103));
    }

    [Fact]
    public async Task A_newcomer_uses_the_key_that_is_there()
    {
        await using var cluster = await WebCluster.StartAsync(1, AddKeys);
        var text = ProtectorOf(cluster[0]).Protect("from the first");
        var late = cluster.Add(AddKeys);
        await late.App.StartAsync();
        Assert.Equal("from the first", ProtectorOf(late).Unprotect(text));
        Assert.Equal("from the newcomer", ProtectorOf(cluster[0]).Unprotect(ProtectorOf(late).Protect("from the newcomer")));
        Assert.Single(RepositoryOf(late).GetAllElements());
    }

    [Fact]
    public async Task Before_the_synchronization_reading_throws_and_nothing_is_generated()
    {
        await using var cluster = new WebCluster();
        var instance = cluster.Add(AddImpatientKeys, options: o =>
        {
            o.Seeds.Add("10.9.9.9:7400");
            o.SeedTimeout = TimeSpan.FromMinutes(5);
        });
        Assert.Contains("has not been started", Assert.Throws<InvalidOperationException>(RepositoryOf(instance).GetAllElements).Message, StringComparison.Ordinal);
        await instance.App.StartAsync();
        Assert.Contains("not synchronized within", Assert.Throws<InvalidOperationException>(RepositoryOf(instance).GetAllElements).Message, StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => ProtectorOf(instance).Protect("a"));
        Assert.Empty(instance.Replica.GetMap<string, string>("peerreplica.keys"));
    }

    [Fact]
    public async Task Without_a_majority_a_key_is_generated_after_the_timeout_with_a_warning()
    {
        await using var cluster = await WebCluster.StartAsync(1, AddImpatientKeys, options: o => o.ExpectedReplicas = 3);
        Assert.Equal("a", ProtectorOf(cluster[0]).Unprotect(ProtectorOf(cluster[0]).Protect("a")));
        Assert.Contains(cluster[0].Logs.Entries, e => e.Id.Id == 103);
    }

    [Fact]
    public async Task A_revocation_takes_effect_at_other_instances_without_waiting_for_their_refresh()
    {
        await using var cluster = await WebCluster.StartAsync(2, AddKeys);
        var text = ProtectorOf(cluster[0]).Protect("secret");
        Assert.Equal("secret", ProtectorOf(cluster[1]).Unprotect(text));
        var key = Assert.Single(KeysOf(cluster[0]).GetAllKeys());
        KeysOf(cluster[0]).RevokeKey(key.KeyId, "test");
        await WebCluster.Eventually(() => Throws<CryptographicException>(() => ProtectorOf(cluster[1]).Unprotect(text)));
        await WebCluster.Eventually(() => Throws<CryptographicException>(() => ProtectorOf(cluster[0]).Unprotect(text)));
    }

    [Fact]
    public async Task Revoking_all_keys_makes_the_instances_agree_on_one_new_key()
    {
        await using var cluster = await WebCluster.StartAsync(3, AddKeys);
        var before = ProtectorOf(cluster[0]).Protect("secret");
        KeysOf(cluster[2]).RevokeAllKeys(DateTimeOffset.UtcNow, "test");
        await WebCluster.Eventually(() => cluster.Instances.All(i => Throws<CryptographicException>(() => ProtectorOf(i).Unprotect(before))));
        var texts = await Task.WhenAll(cluster.Instances.Select(i => Task.Run(() => ProtectorOf(i).Protect("new"))));
        await cluster.ConvergeAsync();
        foreach (var text in texts) await WebCluster.Eventually(() => !Throws<CryptographicException>(() => ProtectorOf(cluster[0]).Unprotect(text)));
        Assert.Single(KeysOf(cluster[1]).GetAllKeys(), k => !k.IsRevoked);
    }

    [Fact]
    public async Task A_key_that_an_operator_asks_for_is_generated_although_there_is_one()
    {
        await using var cluster = await WebCluster.StartAsync(2, AddKeys);
        ProtectorOf(cluster[0]).Protect("a");
        await cluster.ConvergeAsync();
        var known = Assert.Single(KeysOf(cluster[1]).GetAllKeys());
        var added = KeysOf(cluster[1]).CreateNewKey(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(9));
        Assert.NotEqual(known.KeyId, added.KeyId);
        Assert.Equal(2, KeysOf(cluster[1]).GetAllKeys().Count);
    }

    [Fact]
    public async Task A_key_lives_on_when_the_instance_that_generated_it_is_gone()
    {
        await using var cluster = await WebCluster.StartAsync(2, AddKeys);
        var text = ProtectorOf(cluster[0]).Protect("secret");
        cluster.Network.Isolate(WebCluster.AddressOf(0));
        Assert.Equal("secret", ProtectorOf(cluster[1]).Unprotect(text));
    }

    [Fact]
    public async Task Keys_are_replicated_as_the_apps_encryptor_leaves_them()
    {
        using var rsa = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=keys", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var cluster = await WebCluster.StartAsync(2, (s, _) =>
            s.AddDataProtection().SetApplicationName("app").PersistKeysToPeerReplica().ProtectKeysWithCertificate(certificate));
        var text = ProtectorOf(cluster[0]).Protect("secret");
        var (_, xml) = Assert.Single(cluster[1].Replica.GetMap<string, string>("peerreplica.keys"));
        Assert.Contains("encryptedSecret", xml, StringComparison.Ordinal);
        Assert.DoesNotContain("<value>", xml, StringComparison.Ordinal);
        Assert.Equal("secret", ProtectorOf(cluster[1]).Unprotect(text));
    }

    [Fact]
    public async Task Elements_of_one_friendly_name_are_all_kept()
    {
        await using var cluster = await WebCluster.StartAsync(2, AddKeys);
        var repository = RepositoryOf(cluster[0]);
        var before = repository.GetAllElements().Count;
        repository.StoreElement(new XElement("first", new XAttribute("value", "<&\u00e9")), "same");
        repository.StoreElement(new XElement("second"), "same");
        await cluster.ConvergeAsync();
        var elements = RepositoryOf(cluster[1]).GetAllElements();
        Assert.Equal(before + 2, elements.Count);
        Assert.Equal("<&\u00e9", Assert.Single(elements, e => e.Name == "first").Attribute("value")!.Value);
        Assert.Throws<ArgumentNullException>(() => repository.StoreElement(null!, "same"));
    }

    [Fact]
    public async Task What_is_deleted_is_gone_everywhere_and_the_rest_stays()
    {
        await using var cluster = await WebCluster.StartAsync(2, AddKeys);
        var repository = (IDeletableXmlRepository)RepositoryOf(cluster[0]);
        foreach (var name in new[] { "a", "b", "c" }) repository.StoreElement(new XElement(name), name);
        Assert.True(repository.DeleteElements(all =>
        {
            all.Single(e => e.Element.Name == "a").DeletionOrder = 2;
            all.Single(e => e.Element.Name == "c").DeletionOrder = 1;
        }));
        await cluster.ConvergeAsync();
        var names = RepositoryOf(cluster[1]).GetAllElements().Select(e => e.Name.LocalName).ToArray();
        Assert.Contains("b", names);
        Assert.DoesNotContain("a", names);
        Assert.DoesNotContain("c", names);
        Assert.Throws<ArgumentNullException>(() => repository.DeleteElements(null!));
    }

    [Fact]
    public async Task A_deletion_that_fails_says_so_and_leaves_the_rest()
    {
        await using var cluster = await WebCluster.StartAsync(1, AddKeys);
        var repository = (IDeletableXmlRepository)RepositoryOf(cluster[0]);
        repository.StoreElement(new XElement("a"), "a");
        await cluster[0].App.StopAsync();
        Assert.False(repository.DeleteElements(all => all.First().DeletionOrder = 1));
        Assert.NotEmpty(repository.GetAllElements());
    }

    [Fact]
    public async Task Keys_can_be_deleted_through_the_key_manager()
    {
        await using var cluster = await WebCluster.StartAsync(2, AddKeys);
        ProtectorOf(cluster[0]).Protect("a");
        var manager = Assert.IsAssignableFrom<IDeletableKeyManager>(KeysOf(cluster[0]));
        Assert.True(manager.CanDeleteKeys);
        Assert.True(manager.DeleteKeys(_ => true));
        await cluster.ConvergeAsync();

        // The framework reads the ring anew in the background: a moment later both instances use a new key.
        await WebCluster.Eventually(() => !Throws<CryptographicException>(() => ProtectorOf(cluster[1]).Unprotect(ProtectorOf(cluster[0]).Protect("b"))));
    }

    [Fact]
    public async Task The_order_of_registration_does_not_matter_and_a_second_call_configures_further()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDataProtection().PersistKeysToPeerReplica(o => o.Timeout = TimeSpan.FromSeconds(1)).PersistKeysToPeerReplica(o => o.Timeout *= 2);
        builder.Services.AddPeerReplica(o => o.Listen = "127.0.0.1:0");
        using var host = builder.Build();
        await host.StartAsync();
        Assert.Equal(TimeSpan.FromSeconds(2), host.Services.GetRequiredService<IOptions<AspNetCore.DataProtection.PeerReplicaDataProtectionOptions>>().Value.Timeout);
        Assert.NotEmpty(host.Services.GetDataProtector("a").Protect("b"));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_timeout_out_of_range_and_a_missing_replica_stop_the_start()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddDataProtection().PersistKeysToPeerReplica();
        using var host = builder.Build();
        Assert.Contains("PersistKeysToPeerReplica", (await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync())).Message, StringComparison.Ordinal);

        var other = Host.CreateEmptyApplicationBuilder(null);
        other.Services.AddPeerReplica();
        other.Services.AddDataProtection().PersistKeysToPeerReplica(o => o.Timeout = TimeSpan.Zero);
        using var otherHost = other.Build();
        await Assert.ThrowsAsync<OptionsValidationException>(() => otherHost.StartAsync());
    }

    private static void AddKeys(IServiceCollection services, IPeerReplicaBuilder replica) =>
        services.AddDataProtection().SetApplicationName("app").PersistKeysToPeerReplica();

    private static void AddImpatientKeys(IServiceCollection services, IPeerReplicaBuilder replica) =>
        services.AddDataProtection().SetApplicationName("app").PersistKeysToPeerReplica(o => o.Timeout = TimeSpan.FromMilliseconds(100));

    private static IDataProtector ProtectorOf(WebInstance instance) => instance.Services.GetDataProtector("purpose");

    private static IKeyManager KeysOf(WebInstance instance) => instance.Services.GetRequiredService<IKeyManager>();

    private static IXmlRepository RepositoryOf(WebInstance instance) => instance.Services.GetRequiredService<IOptions<KeyManagementOptions>>().Value.XmlRepository!;

    private static bool Throws<T>(Action action)
        where T : Exception
    {
        try
        {
            action();
            return false;
        }
        catch (T)
        {
            return true;
        }
    }
}
