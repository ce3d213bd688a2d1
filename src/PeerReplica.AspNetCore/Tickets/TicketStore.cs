using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.Options;
using PeerReplica.AspNetCore.Hosting;

namespace PeerReplica.AspNetCore.Tickets;

/// <summary>
/// Logins in the replica; the browser's cookie holds a random key alone. Thread-safe.
/// <list type="number">
/// <item>Each user has a generation, absent at first. A log-out everywhere replaces it by a new random one.</item>
/// <item>A login carries the generation of its user at its sign-in. It is valid while that is the user's, or the user has none.</item>
/// <item>So a login that was stored by an instance that had not yet heard of the log-out is refused too, and no clock is compared.</item>
/// <item>A generation outlives every login that carries an older one.</item>
/// </list>
/// </summary>
internal sealed class TicketStore(IPeerReplica replica, IOptions<PeerReplicaTicketOptions> options, TimeProvider time) : ITicketStore, IUserLogins
{
    public const string MapName = "peerreplica.tickets";
    public const string GenerationsName = "peerreplica.tickets.generations";

    private const string GenerationItem = ".peerreplica.generation";
    private const int KeyBytes = 32;

    private IReplicatedMap<string, byte[]> Tickets => replica.GetMap<string, byte[]>(MapName);

    private IReplicatedMap<string, string> Generations => replica.GetMap<string, string>(GenerationsName);

    public Task<string> StoreAsync(AuthenticationTicket ticket) => StoreAsync(ticket, CancellationToken.None);

    public async Task<string> StoreAsync(AuthenticationTicket ticket, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(ticket);
        var key = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(KeyBytes));
        var user = UserOf(ticket);
        await SaveAsync(key, user, GenerationOf(user) ?? "", ticket, cancellationToken).ConfigureAwait(false);
        return key;
    }

    public Task RenewAsync(string key, AuthenticationTicket ticket) => RenewAsync(key, ticket, CancellationToken.None);

    public async Task RenewAsync(string key, AuthenticationTicket ticket, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(ticket);
        var user = UserOf(ticket);
        var current = GenerationOf(user);

        // A ticket that was read here carries its generation. Without one it comes from a sign-in under a session that was there before.
        if (!ticket.Properties.Items.TryGetValue(GenerationItem, out var generation) || generation is null) generation = current ?? "";
        if (current is not null && current != generation) await RemoveAsync(key, cancellationToken).ConfigureAwait(false);
        else await SaveAsync(key, user, generation, ticket, cancellationToken).ConfigureAwait(false);
    }

    public Task<AuthenticationTicket?> RetrieveAsync(string key) => RetrieveAsync(key, CancellationToken.None);

    public Task<AuthenticationTicket?> RetrieveAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        cancellationToken.ThrowIfCancellationRequested();
        if (!Tickets.TryGetValue(KeyText.Of(key), out var bytes) || !StoredTicket.TryDecode(bytes, out var stored) || !IsValid(stored) || !stored.TryRead(out var ticket))
            return Task.FromResult<AuthenticationTicket?>(null);
        ticket.Properties.Items[GenerationItem] = stored.Generation;
        return Task.FromResult<AuthenticationTicket?>(ticket);
    }

    public Task RemoveAsync(string key) => RemoveAsync(key, CancellationToken.None);

    public Task RemoveAsync(string key, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Tickets.RemoveAsync(KeyText.Of(key), options.Value.Concern, cancellationToken);
    }

    public async Task<int> LogOutEverywhereAsync(string user, WriteConcern concern, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(user);
        cancellationToken.ThrowIfCancellationRequested();
        Generations.Set(KeyText.Of(user), Guid.NewGuid().ToString("N"), options.Value.MaxLifetime + TimeSpan.FromDays(1));

        // They are refused already; removing them frees memory.
        var ended = 0;
        foreach (var (key, bytes) in Tickets)
        {
            if (StoredTicket.TryDecode(bytes, out var stored) && stored.User == user && Tickets.Remove(key)) ended++;
        }

        await replica.FlushAsync(concern, cancellationToken).ConfigureAwait(false);
        return ended;
    }

    private async Task SaveAsync(string key, string user, string generation, AuthenticationTicket ticket, CancellationToken cancellationToken)
    {
        var lifetime = options.Value.MaxLifetime;
        if (ticket.Properties.ExpiresUtc is { } expires) lifetime = TimeSpan.FromTicks(Math.Min(lifetime.Ticks, (expires - time.GetUtcNow()).Ticks));
        if (lifetime <= TimeSpan.Zero)
        {
            await RemoveAsync(key, cancellationToken).ConfigureAwait(false);
            return;
        }

        var clone = ticket.Clone();
        clone.Properties.Items.Remove(GenerationItem);
        var stored = new StoredTicket(user, generation, TicketSerializer.Default.Serialize(clone)).Encode();
        await Tickets.SetAsync(KeyText.Of(key), stored, lifetime, options.Value.Concern, cancellationToken).ConfigureAwait(false);
    }

    private string UserOf(AuthenticationTicket ticket) => options.Value.UserOf(ticket.Principal) ?? "";

    private string? GenerationOf(string user) => user.Length > 0 && Generations.TryGetValue(KeyText.Of(user), out var generation) ? generation : null;

    private bool IsValid(in StoredTicket stored) => GenerationOf(stored.User) is not { } current || current == stored.Generation;
}
