using System.Buffers;
using Microsoft.Extensions.Caching.Distributed;

namespace PeerReplica.AspNetCore.Tests.Caching;

/// <summary>What every distributed cache of the framework does, as a table that each implementation runs.</summary>
public abstract class DistributedCacheConformance : IAsyncLifetime
{
    /// <summary>The cache, with nothing in it.</summary>
    protected abstract IDistributedCache Cache { get; }

    /// <summary>A lifetime that the implementation keeps exactly enough for these tests.</summary>
    protected virtual TimeSpan Window => TimeSpan.FromSeconds(10);

    private IBufferDistributedCache Buffers => Assert.IsAssignableFrom<IBufferDistributedCache>(Cache);

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    /// <summary>Lets time pass.</summary>
    protected abstract Task ElapseAsync(TimeSpan time);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_never_set_is_null(bool isAsync) => Assert.Null(await GetAsync("absent", isAsync));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_set_is_read_and_the_last_write_stays(bool isAsync)
    {
        await SetAsync("key", [1, 2, 3], new(), isAsync);
        Assert.Equal([1, 2, 3], await GetAsync("key", isAsync));
        await SetAsync("key", [4], new(), isAsync);
        Assert.Equal([4], await GetAsync("key", isAsync));
        await RemoveAsync("key", isAsync);
        Assert.Null(await GetAsync("key", isAsync));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(1 << 20)]
    public async Task Values_of_any_size_are_kept(int size)
    {
        var value = new byte[size];
        Random.Shared.NextBytes(value);
        await Cache.SetAsync("key", value, new());
        Assert.Equal(value, Cache.Get("key"));
        var buffer = new ArrayBufferWriter<byte>();
        Assert.True(await Buffers.TryGetAsync("key", buffer));
        Assert.Equal(value, buffer.WrittenSpan.ToArray());
    }

    [Fact]
    public async Task Null_arguments_are_refused()
    {
        Assert.Throws<ArgumentNullException>(() => Cache.Get(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Cache.GetAsync(null!));
        Assert.Throws<ArgumentNullException>(() => Cache.Set(null!, [1], new()));
        Assert.Throws<ArgumentNullException>(() => Cache.Set("key", null!, new()));
        Assert.Throws<ArgumentNullException>(() => Cache.Set("key", [1], null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Cache.SetAsync(null!, [1], new()));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Cache.SetAsync("key", null!, new()));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Cache.SetAsync("key", [1], null!));
        Assert.Throws<ArgumentNullException>(() => Cache.Refresh(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Cache.RefreshAsync(null!));
        Assert.Throws<ArgumentNullException>(() => Cache.Remove(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => Cache.RemoveAsync(null!));
        Assert.Null(Cache.Get("key"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Refreshing_and_removing_what_is_not_there_is_silent(bool isAsync)
    {
        await RefreshAsync("absent", isAsync);
        await RemoveAsync("absent", isAsync);
        Assert.Null(await GetAsync("absent", isAsync));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a:b*c[d]?")]
    [InlineData("\u00e9\u4e2d\ud83d\ude00")]
    [InlineData("line\r\nbreak\0and zero")]
    public void Every_text_is_a_key(string key)
    {
        Cache.Set(key, [7], new());
        Assert.Equal([7], Cache.Get(key));
        Cache.Remove(key);
        Assert.Null(Cache.Get(key));
    }

    [Fact]
    public void Long_keys_and_keys_that_differ_little_are_different_keys()
    {
        string[] keys = ["key", "KEY", "key ", new('k', 256), new('k', 257), new('k', 50_000), new string('k', 49_999) + "l"];
        for (var i = 0; i < keys.Length; i++) Cache.Set(keys[i], [(byte)i], new());
        for (var i = 0; i < keys.Length; i++) Assert.Equal((byte)i, Assert.Single(Cache.Get(keys[i])!));
    }

    [Fact]
    public void The_cache_keeps_nothing_of_the_callers_arrays_and_gives_none_of_its_own()
    {
        byte[] written = [1, 2, 3];
        Cache.Set("key", written, new());
        written[0] = 9;
        var read = Cache.Get("key")!;
        Assert.Equal([1, 2, 3], read);
        read[0] = 9;
        Assert.Equal([1, 2, 3], Cache.Get("key"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Buffers_of_several_segments_are_kept_and_given_back(bool isAsync)
    {
        byte[][] parts = [[1, 2], [], [3], [4, 5, 6]];
        var sequence = Segments.Of(parts);
        if (isAsync) await Buffers.SetAsync("key", sequence, new());
        else Buffers.Set("key", sequence, new());
        parts[0][0] = 9;
        Assert.Equal([1, 2, 3, 4, 5, 6], Cache.Get("key"));
        var destination = new ArrayBufferWriter<byte>();
        destination.Write<byte>([0]);
        Assert.True(isAsync ? await Buffers.TryGetAsync("key", destination) : Buffers.TryGet("key", destination));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], destination.WrittenSpan.ToArray());
        Assert.False(isAsync ? await Buffers.TryGetAsync("absent", destination) : Buffers.TryGet("absent", destination));
        Assert.Equal(7, destination.WrittenCount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void An_absolute_end_that_is_not_in_the_future_is_refused(int minutes)
    {
        var e = Assert.Throws<ArgumentOutOfRangeException>(() => Cache.Set("key", [1], new() { AbsoluteExpiration = Now.AddMinutes(minutes) }));
        Assert.Contains("must be in the future", e.Message, StringComparison.Ordinal);
        Assert.Null(Cache.Get("key"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void Durations_that_are_not_positive_are_refused(int minutes)
    {
        var time = TimeSpan.FromMinutes(minutes);
        Assert.Contains("positive", Assert.Throws<ArgumentOutOfRangeException>(() => Cache.Set("key", [1], new() { AbsoluteExpirationRelativeToNow = time })).Message, StringComparison.Ordinal);
        Assert.Contains("positive", Assert.Throws<ArgumentOutOfRangeException>(() => Cache.Set("key", [1], new() { SlidingExpiration = time })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_entry_ends_at_its_absolute_end_however_often_it_is_read(bool isRelative)
    {
        Cache.Set("key", [1], isRelative ? new() { AbsoluteExpirationRelativeToNow = Window } : new() { AbsoluteExpiration = Now + Window });
        for (var i = 0; i < 3; i++)
        {
            await ElapseAsync(Window * 0.2);
            Assert.NotNull(Cache.Get("key"));
        }

        await ElapseAsync(Window * 0.6);
        Assert.Null(Cache.Get("key"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_sliding_entry_lives_on_with_each_read_or_refresh(bool isRefreshed)
    {
        Cache.Set("key", [1], new() { SlidingExpiration = Window });
        for (var i = 0; i < 4; i++)
        {
            await ElapseAsync(Window * 0.6);
            if (isRefreshed) await RefreshAsync("key", i % 2 == 0);
            else Assert.NotNull(await GetAsync("key", i % 2 == 0));
        }

        Assert.NotNull(Cache.Get("key"));
        await ElapseAsync(Window * 1.2);
        Assert.Null(Cache.Get("key"));
    }

    [Fact]
    public async Task Reading_into_a_buffer_is_a_use()
    {
        Cache.Set("key", [1], new() { SlidingExpiration = Window });
        for (var i = 0; i < 4; i++)
        {
            await ElapseAsync(Window * 0.6);
            Assert.True(Buffers.TryGet("key", new ArrayBufferWriter<byte>()));
        }
    }

    [Fact]
    public async Task A_sliding_entry_does_not_outlive_its_absolute_end()
    {
        Cache.Set("key", [1], new() { SlidingExpiration = Window, AbsoluteExpirationRelativeToNow = Window * 1.5 });
        await ElapseAsync(Window * 0.6);
        Assert.NotNull(Cache.Get("key"));
        await ElapseAsync(Window * 0.6);
        Assert.NotNull(Cache.Get("key"));
        await ElapseAsync(Window * 0.5);
        Assert.Null(Cache.Get("key"));
    }

    [Fact]
    public async Task A_new_value_brings_its_own_lifetime()
    {
        Cache.Set("key", [1], new() { AbsoluteExpirationRelativeToNow = Window * 0.5 });
        Cache.Set("key", [2], new() { AbsoluteExpirationRelativeToNow = Window * 2 });
        await ElapseAsync(Window);
        Assert.Equal([2], Cache.Get("key"));
        Cache.Set("key", [3], new() { AbsoluteExpirationRelativeToNow = Window * 0.5 });
        await ElapseAsync(Window * 0.7);
        Assert.Null(Cache.Get("key"));
    }

    [Fact]
    public void The_longest_lifetimes_are_accepted()
    {
        Cache.Set("a", [1], new() { AbsoluteExpiration = DateTimeOffset.MaxValue });
        Cache.Set("b", [1], new() { AbsoluteExpirationRelativeToNow = TimeSpan.FromDays(36_500) });
        Cache.Set("c", [1], new() { SlidingExpiration = TimeSpan.FromDays(36_500) });
        foreach (var key in new[] { "a", "b", "c" }) Assert.NotNull(Cache.Get(key));
    }

    [Fact]
    public async Task A_canceled_token_ends_every_asynchronous_call_and_changes_nothing()
    {
        var canceled = new CancellationToken(canceled: true);
        Cache.Set("key", [1], new());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Cache.GetAsync("key", canceled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Cache.SetAsync("key", [2], new(), canceled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Cache.RefreshAsync("key", canceled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Cache.RemoveAsync("key", canceled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Buffers.TryGetAsync("key", new ArrayBufferWriter<byte>(), canceled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await Buffers.SetAsync("key", new ReadOnlySequence<byte>([2]), new(), canceled));
        Assert.Equal([1], Cache.Get("key"));
    }

    /// <summary>The clock of the implementation.</summary>
    protected virtual DateTimeOffset Now => DateTimeOffset.UtcNow;

    private async Task<byte[]?> GetAsync(string key, bool isAsync) => isAsync ? await Cache.GetAsync(key) : Cache.Get(key);

    private Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, bool isAsync)
    {
        if (isAsync) return Cache.SetAsync(key, value, options);
        Cache.Set(key, value, options);
        return Task.CompletedTask;
    }

    private Task RefreshAsync(string key, bool isAsync)
    {
        if (isAsync) return Cache.RefreshAsync(key);
        Cache.Refresh(key);
        return Task.CompletedTask;
    }

    private Task RemoveAsync(string key, bool isAsync)
    {
        if (isAsync) return Cache.RemoveAsync(key);
        Cache.Remove(key);
        return Task.CompletedTask;
    }
}
