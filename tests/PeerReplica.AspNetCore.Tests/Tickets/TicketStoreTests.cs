using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PeerReplica.AspNetCore.Tests.Apps;
using PeerReplica.AspNetCore.Tickets;

namespace PeerReplica.AspNetCore.Tests.Tickets;

public sealed class TicketStoreTests
{
    [Fact]
    public async Task A_login_is_read_at_every_instance_as_it_was_stored()
    {
        await using var cluster = await WebCluster.StartAsync(2, AddTickets);
        var ticket = TicketOf("ann", DateTimeOffset.UtcNow.AddHours(1));
        ticket.Properties.Items["color"] = "blue\u00e9";
        var key = await StoreOf(cluster[0]).StoreAsync(ticket);
        await cluster.ConvergeAsync();
        var read = await StoreOf(cluster[1]).RetrieveAsync(key);
        Assert.Equal("ann", read!.Principal.Identity!.Name);
        Assert.Equal("blue\u00e9", read.Properties.Items["color"]);
        Assert.Equal(ticket.AuthenticationScheme, read.AuthenticationScheme);
        Assert.Equal(ticket.Properties.ExpiresUtc!.Value.ToUnixTimeSeconds(), read.Properties.ExpiresUtc!.Value.ToUnixTimeSeconds());
        Assert.DoesNotContain(ticket.Properties.Items.Keys, k => k.Contains("peerreplica", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Each_login_has_a_key_of_its_own_that_cannot_be_guessed()
    {
        await using var cluster = await WebCluster.StartAsync(1, AddTickets);
        var ticket = TicketOf("ann");
        var keys = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < 100; i++) Assert.True(keys.Add(await StoreOf(cluster[0]).StoreAsync(ticket)));
        Assert.All(keys, k => Assert.Equal(43, k.Length));
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("")]
    [InlineData("\ud800")]
    public async Task What_is_not_there_is_read_as_null_and_removed_silently(string key)
    {
        await using var cluster = await WebCluster.StartAsync(1, AddTickets);
        Assert.Null(await StoreOf(cluster[0]).RetrieveAsync(key));
        await StoreOf(cluster[0]).RemoveAsync(key);
        Assert.Null(await StoreOf(cluster[0]).RetrieveAsync(new string('k', 100_000)));
    }

    [Fact]
    public async Task Renewing_replaces_a_login_and_adds_one_that_is_missing()
    {
        await using var cluster = await WebCluster.StartAsync(1, AddTickets);
        var store = StoreOf(cluster[0]);
        var key = await store.StoreAsync(TicketOf("ann"));
        var again = (await store.RetrieveAsync(key))!;
        again.Properties.Items["visits"] = "2";
        await store.RenewAsync(key, again);
        Assert.Equal("2", (await store.RetrieveAsync(key))!.Properties.Items["visits"]);
        await store.RemoveAsync(key);
        Assert.Null(await store.RetrieveAsync(key));
        await store.RenewAsync(key, again);
        Assert.Equal("2", (await store.RetrieveAsync(key))!.Properties.Items["visits"]);
        await store.RenewAsync("other", TicketOf("bob"));
        Assert.Equal("bob", (await store.RetrieveAsync("other"))!.Principal.Identity!.Name);
    }

    [Fact]
    public async Task A_login_that_has_expired_is_not_kept()
    {
        await using var cluster = await WebCluster.StartAsync(1, AddTickets);
        var store = StoreOf(cluster[0]);
        Assert.Null(await store.RetrieveAsync(await store.StoreAsync(TicketOf("ann", DateTimeOffset.UtcNow.AddSeconds(-1)))));
        var key = await store.StoreAsync(TicketOf("ann", DateTimeOffset.UtcNow.AddMilliseconds(50)));
        await WebCluster.Eventually(async () => await store.RetrieveAsync(key) is null);
        await WebCluster.Eventually(() => cluster[0].Replica.GetMap<string, byte[]>("peerreplica.tickets").Count == 0);
    }

    [Fact]
    public async Task A_login_without_an_end_or_with_a_late_one_is_kept_for_the_longest_lifetime()
    {
        await using var cluster = await WebCluster.StartAsync(1, (s, _) => s.AddPeerReplicaTicketStore(configure: o => o.MaxLifetime = TimeSpan.FromSeconds(1)));
        var store = StoreOf(cluster[0]);
        var keys = new[] { await store.StoreAsync(TicketOf("ann")), await store.StoreAsync(TicketOf("bob", DateTimeOffset.MaxValue)) };
        foreach (var key in keys) await WebCluster.Eventually(async () => await store.RetrieveAsync(key) is null);
    }

    [Fact]
    public async Task Logging_out_everywhere_ends_all_logins_of_that_user_alone()
    {
        await using var cluster = await WebCluster.StartAsync(3, AddTickets);
        var keys = new List<string>();
        foreach (var instance in cluster.Instances) keys.Add(await StoreOf(instance).StoreAsync(TicketOf("ann")));
        var other = await StoreOf(cluster[0]).StoreAsync(TicketOf("bob"));
        await cluster.ConvergeAsync();
        Assert.Equal(3, await LoginsOf(cluster[1]).LogOutEverywhereAsync("ann", WriteConcern.All));
        foreach (var instance in cluster.Instances)
        {
            foreach (var key in keys) Assert.Null(await StoreOf(instance).RetrieveAsync(key));
            Assert.NotNull(await StoreOf(instance).RetrieveAsync(other));
        }

        var again = await StoreOf(cluster[2]).StoreAsync(TicketOf("ann"));
        await cluster.ConvergeAsync();
        Assert.NotNull(await StoreOf(cluster[0]).RetrieveAsync(again));
        Assert.Equal(0, await LoginsOf(cluster[1]).LogOutEverywhereAsync("nobody"));
    }

    [Fact]
    public async Task A_login_that_the_log_out_had_not_seen_is_refused_once_both_meet()
    {
        await using var cluster = await WebCluster.StartAsync(2, AddTickets, options: o =>
        {
            o.HeartbeatInterval = TimeSpan.FromMilliseconds(20);
            o.PeerTimeout = TimeSpan.FromMilliseconds(100);
        });
        cluster.Network.Isolate(WebCluster.AddressOf(1));
        var key = await StoreOf(cluster[1]).StoreAsync(TicketOf("ann"));
        Assert.Equal(0, await LoginsOf(cluster[0]).LogOutEverywhereAsync("ann"));
        Assert.NotNull(await StoreOf(cluster[1]).RetrieveAsync(key));
        cluster.Network.Rejoin(WebCluster.AddressOf(1));
        await WebCluster.Eventually(async () => await StoreOf(cluster[1]).RetrieveAsync(key) is null);
        Assert.Null(await StoreOf(cluster[0]).RetrieveAsync(key));
    }

    [Fact]
    public async Task Renewing_does_not_revive_a_login_that_was_ended()
    {
        await using var cluster = await WebCluster.StartAsync(1, AddTickets);
        var store = StoreOf(cluster[0]);
        var key = await store.StoreAsync(TicketOf("ann"));
        var underWay = (await store.RetrieveAsync(key))!;
        await LoginsOf(cluster[0]).LogOutEverywhereAsync("ann");
        await store.RenewAsync(key, underWay);
        Assert.Null(await store.RetrieveAsync(key));
        Assert.Empty(cluster[0].Replica.GetMap<string, byte[]>("peerreplica.tickets"));
    }

    [Fact]
    public async Task Users_are_told_apart_whatever_their_names_are()
    {
        await using var cluster = await WebCluster.StartAsync(1, AddTickets);
        var store = StoreOf(cluster[0]);
        string[] names = [new('a', 100_000), new string('a', 99_999) + "b", "A", "a", "\ud800", "\u0001a", "*"];
        var keys = new List<string>();
        foreach (var name in names) keys.Add(await store.StoreAsync(TicketOf("x", user: name)));
        await LoginsOf(cluster[0]).LogOutEverywhereAsync(names[0]);
        Assert.Null(await store.RetrieveAsync(keys[0]));
        for (var i = 1; i < names.Length; i++) Assert.NotNull(await store.RetrieveAsync(keys[i]));
        await Assert.ThrowsAsync<ArgumentException>(() => LoginsOf(cluster[0]).LogOutEverywhereAsync(""));
        await Assert.ThrowsAsync<ArgumentNullException>(() => LoginsOf(cluster[0]).LogOutEverywhereAsync(null!));
    }

    [Fact]
    public async Task Null_arguments_and_canceled_tokens_are_refused_and_change_nothing()
    {
        await using var cluster = await WebCluster.StartAsync(1, AddTickets);
        var store = StoreOf(cluster[0]);
        await Assert.ThrowsAsync<ArgumentNullException>(() => store.StoreAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => store.RenewAsync(null!, TicketOf("ann")));
        await Assert.ThrowsAsync<ArgumentNullException>(() => store.RenewAsync("key", null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => store.RetrieveAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => store.RemoveAsync(null!));
        var canceled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.StoreAsync(TicketOf("ann"), canceled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.RetrieveAsync("key", canceled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => LoginsOf(cluster[0]).LogOutEverywhereAsync("ann", default, canceled));
        Assert.Empty(cluster[0].Replica.GetMap<string, byte[]>("peerreplica.tickets"));
        Assert.Empty(cluster[0].Replica.GetMap<string, string>("peerreplica.tickets.generations"));
    }

    [Theory]
    [InlineData(new byte[0])]
    [InlineData(new byte[] { 9, 1, 2 })]
    [InlineData(new byte[] { 1, 0xff, 0xff, 0xff })]
    [InlineData(new byte[] { 1, 0, 0, 1, 2, 3 })]
    public async Task An_entry_that_is_broken_or_of_another_version_is_no_login(byte[] bytes)
    {
        await using var cluster = await WebCluster.StartAsync(1, AddTickets);
        cluster[0].Replica.GetMap<string, byte[]>("peerreplica.tickets").Set("key", bytes);
        Assert.Null(await StoreOf(cluster[0]).RetrieveAsync("key"));
        await LoginsOf(cluster[0]).LogOutEverywhereAsync("ann");
    }

    [Fact]
    public async Task A_concern_that_is_not_met_fails_the_sign_in()
    {
        await using var cluster = await WebCluster.StartAsync(
            1, (s, _) => s.AddPeerReplicaTicketStore(configure: o => o.Concern = WriteConcern.Peers(1).WithTimeout(TimeSpan.FromMilliseconds(20))));
        await Assert.ThrowsAsync<WriteConcernException>(() => StoreOf(cluster[0]).StoreAsync(TicketOf("ann")));
    }

    [Fact]
    public async Task A_store_of_the_apps_own_stays_and_options_are_validated()
    {
        var own = new OwnStore();
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddAuthentication().AddCookie(o => o.SessionStore = own).AddCookie("second");
        builder.Services.AddPeerReplicaTicketStore().AddPeerReplicaTicketStore("second", o => o.MaxLifetime = TimeSpan.Zero);
        builder.Services.AddPeerReplica();
        using var host = builder.Build();
        var e = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains("MaxLifetime", e.Message, StringComparison.Ordinal);
        Assert.Same(own, host.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(CookieAuthenticationDefaults.AuthenticationScheme).SessionStore);
    }

    private static void AddTickets(IServiceCollection services, DependencyInjection.IPeerReplicaBuilder replica)
    {
        services.AddAuthentication().AddCookie();
        services.AddPeerReplicaTicketStore();
    }

    private static ITicketStore StoreOf(WebInstance instance) =>
        instance.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(CookieAuthenticationDefaults.AuthenticationScheme).SessionStore
        ?? (ITicketStore)instance.Services.GetRequiredService<IUserLogins>();

    private static IUserLogins LoginsOf(WebInstance instance) => instance.Services.GetRequiredService<IUserLogins>();

    private static AuthenticationTicket TicketOf(string name, DateTimeOffset? expires = null, string? user = null)
    {
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.NameIdentifier, user ?? name)], "test");
        return new AuthenticationTicket(new ClaimsPrincipal(identity), new AuthenticationProperties { ExpiresUtc = expires }, CookieAuthenticationDefaults.AuthenticationScheme);
    }

    private sealed class OwnStore : ITicketStore
    {
        public Task<string> StoreAsync(AuthenticationTicket ticket) => Task.FromResult("");

        public Task RenewAsync(string key, AuthenticationTicket ticket) => Task.CompletedTask;

        public Task<AuthenticationTicket?> RetrieveAsync(string key) => Task.FromResult<AuthenticationTicket?>(null);

        public Task RemoveAsync(string key) => Task.CompletedTask;
    }
}
