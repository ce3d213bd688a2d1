using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Session;

namespace PeerReplica.AspNetCore.Tests.Sessions;

/// <summary>What every session store of the framework does, as a table that each implementation runs.</summary>
public abstract class SessionConformance : IAsyncLifetime
{
    /// <summary>The store, with nothing in it.</summary>
    protected abstract ISessionStore Store { get; }

    protected virtual TimeSpan Idle => TimeSpan.FromSeconds(10);

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    protected abstract Task ElapseAsync(TimeSpan time);

    [Fact]
    public async Task What_a_request_set_and_committed_the_next_one_reads()
    {
        var session = Create("one", isNew: true);
        Assert.Empty(session.Keys);
        Assert.False(session.TryGetValue("a", out _));
        session.Set("a", [1]);
        session.SetString("text", "caf\u00e9");
        session.SetInt32("number", -7);
        Assert.True(session.TryGetValue("a", out var own));
        Assert.Equal([1], own);
        await session.CommitAsync();

        var next = Create("one");
        await next.LoadAsync();
        Assert.True(next.IsAvailable);
        Assert.Equal(["a", "number", "text"], next.Keys.Order(StringComparer.Ordinal));
        Assert.Equal([1], next.Get("a"));
        Assert.Equal(("caf\u00e9", -7), (next.GetString("text"), next.GetInt32("number")));
        Assert.Empty(Create("two").Keys);
    }

    [Fact]
    public async Task What_was_not_committed_is_not_stored()
    {
        Create("one", isNew: true).Set("a", [1]);
        var session = Create("one");
        Assert.Empty(session.Keys);
        await session.CommitAsync();
        Assert.Empty(Create("one").Keys);
    }

    [Fact]
    public async Task Removed_and_cleared_keys_are_gone()
    {
        await CommitAsync("one", s =>
        {
            foreach (var name in new[] { "a", "b", "c" }) s.Set(name, [1]);
        });
        await CommitAsync("one", s =>
        {
            s.Remove("a");
            s.Remove("absent");
            Assert.False(s.TryGetValue("a", out _));
        });
        Assert.Equal(["b", "c"], Create("one").Keys.Order(StringComparer.Ordinal));
        await CommitAsync("one", s =>
        {
            s.Clear();
            Assert.Empty(s.Keys);
            s.Set("d", [2]);
        });
        Assert.Equal(["d"], Create("one").Keys);
    }

    [Fact]
    public async Task Empty_names_and_values_are_kept_and_an_overwrite_stays()
    {
        await CommitAsync("one", s =>
        {
            s.Set("", []);
            s.Set("x", [1]);
            s.Set("x", [2, 3]);
        });
        Assert.Empty(Create("one").Get("")!);
        Assert.Equal([2, 3], Create("one").Get("x"));
    }

    [Fact]
    public async Task The_callers_array_is_copied()
    {
        byte[] value = [1];
        await CommitAsync("one", s =>
        {
            s.Set("a", value);
            value[0] = 9;
        });
        Assert.Equal([1], Create("one").Get("a"));
    }

    [Fact]
    public async Task A_session_ends_when_it_was_idle_for_too_long()
    {
        await CommitAsync("one", s => s.Set("a", [1]));
        await ElapseAsync(Idle * 1.2);
        Assert.Empty(Create("one").Keys);
    }

    [Fact]
    public async Task A_request_that_changes_nothing_keeps_the_session_alive()
    {
        await CommitAsync("one", s => s.Set("a", [1]));
        for (var i = 0; i < 4; i++)
        {
            await ElapseAsync(Idle * 0.6);
            await CommitAsync("one", s => Assert.Equal([1], s.Get("a")));
        }
    }

    [Fact]
    public async Task The_id_stays_the_same_for_a_session_and_differs_between_sessions()
    {
        var session = Create("one", isNew: true);
        var id = session.Id;
        session.Set("a", [1]);
        await session.CommitAsync();
        Assert.Equal(id, Create("one").Id);
        Assert.NotEqual(id, Create("two", isNew: true).Id);
        Assert.DoesNotContain("one", id, StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_that_cannot_be_established_any_more_refuses_writes()
    {
        var session = Store.Create("one", Idle, TimeSpan.FromSeconds(30), () => false, isNewSessionKey: true);
        Assert.Throws<InvalidOperationException>(() => session.Set("a", [1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Create("one", isNew: true).Set(new string('n', 70_000), [1]));
        Assert.Throws<ArgumentNullException>(() => Create("one", isNew: true).Set("a", null!));
    }

    [Fact]
    public void A_store_needs_a_key_and_a_way_to_establish_the_session()
    {
        Assert.ThrowsAny<ArgumentException>(() => Store.Create(null!, Idle, Idle, () => true, true));
        Assert.ThrowsAny<ArgumentException>(() => Store.Create("", Idle, Idle, () => true, true));
        Assert.Throws<ArgumentNullException>(() => Store.Create("one", Idle, Idle, null!, true));
    }

    [Fact]
    public async Task A_canceled_token_ends_loading_and_committing()
    {
        var canceled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Create("one").LoadAsync(canceled));
        var session = Create("one", isNew: true);
        session.Set("a", [1]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => session.CommitAsync(canceled));
    }

    protected ISession Create(string key, bool isNew = false) => Store.Create(key, Idle, TimeSpan.FromSeconds(30), () => true, isNew);

    protected async Task CommitAsync(string key, Action<ISession> change)
    {
        var session = Create(key);
        await session.LoadAsync();
        change(session);
        await session.CommitAsync();
    }
}
