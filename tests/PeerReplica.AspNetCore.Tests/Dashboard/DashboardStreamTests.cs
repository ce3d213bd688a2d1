using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PeerReplica.AspNetCore.Dashboard;
using PeerReplica.AspNetCore.Tests.Apps;

namespace PeerReplica.AspNetCore.Tests.Dashboard;

/// <summary>Server-sent events: what they cost, and when they end.</summary>
public sealed class DashboardStreamTests
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);

    [Fact]
    public async Task A_browser_gets_the_state_at_once_and_then_each_interval()
    {
        await using var app = await StartAsync();
        using var client = app.CreateOperator();
        using var stream = await Follower.StartAsync(client);
        Assert.Equal("0", await stream.ReadAsync());
        for (var value = 1; value < 4; value++)
        {
            app.Replica.GetRegister<Watched>("watched").Set(new Watched { Number = value });
            await AdvanceUntilAsync(TimeSpan.FromSeconds(1), async () => await stream.ReadAsync() == $"{value}");
        }
    }

    [Fact]
    public async Task Nothing_is_read_while_nobody_looks()
    {
        await using var app = await StartAsync();
        using var client = app.CreateOperator();
        var before = Watched.Reads;
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(before, Watched.Reads);
        using (var stream = await Follower.StartAsync(client))
        {
            await stream.ReadAsync();
            Assert.NotEqual(before, Watched.Reads);
        }

        // The server notices that the browser has left; from then on time may pass.
        await WebCluster.Eventually(() =>
        {
            before = Watched.Reads;
            _clock.Advance(TimeSpan.FromSeconds(1));
            Thread.Sleep(1);
            return before == Watched.Reads;
        });
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(before, Watched.Reads);
    }

    [Fact]
    public async Task Many_browsers_cost_one_reading_and_there_are_never_more_than_the_limit()
    {
        await using var app = await StartAsync(o => o.MaxStreams = 3);
        using var client = app.CreateOperator();
        var streams = new List<Follower>();
        for (var i = 0; i < 3; i++) streams.Add(await Follower.StartAsync(client));
        using var refused = await client.GetAsync(new Uri("/peerreplica/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.Equal(HttpStatusCode.OK, await client.StatusOf("/peerreplica/status"));
        foreach (var stream in streams) await stream.ReadAsync();

        // On a slow machine the clock may be advanced twice before all have their update: then the next one counts.
        using var patience = new CancellationTokenSource(WebCluster.Patience);
        for (var reads = 0L; reads != 1;)
        {
            patience.Token.ThrowIfCancellationRequested();
            var before = Watched.Reads;
            await AdvanceUntilAsync(TimeSpan.FromSeconds(1), async () =>
            {
                foreach (var stream in streams) await stream.ReadAsync();
                return true;
            });
            reads = Watched.Reads - before;
        }

        // Who leaves makes room.
        streams[0].Dispose();
        await WebCluster.Eventually(async () => await client.StatusOf("/peerreplica/stream") == HttpStatusCode.OK);
        foreach (var stream in streams) stream.Dispose();
    }

    [Fact]
    public async Task The_status_is_read_a_few_times_a_second_however_often_it_is_asked_for()
    {
        await using var app = await StartAsync();
        using var client = app.CreateOperator();
        await client.ReadAsync();
        var before = Watched.Reads;
        for (var i = 0; i < 100; i++) await client.ReadAsync();
        Assert.Equal(before, Watched.Reads);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await client.ReadAsync();
        Assert.Equal(before + 1, Watched.Reads);
    }

    [Fact]
    public async Task A_stream_ends_after_its_time_so_that_it_is_authorized_anew()
    {
        await using var app = await StartAsync(o => o.MaxStreamTime = TimeSpan.FromMinutes(1));
        using var client = app.CreateOperator();
        using var stream = await Follower.StartAsync(client);
        await stream.ReadAsync();
        _clock.Advance(TimeSpan.FromMinutes(1));
        await stream.EndAsync();
    }

    [Fact]
    public async Task A_stop_of_the_app_ends_every_stream_first()
    {
        var app = await StartAsync();
        using var client = app.CreateOperator();
        using var stream = await Follower.StartAsync(client);
        await stream.ReadAsync();
        var stop = app.App.StopAsync();
        await stream.EndAsync();
        await stop.WaitAsync(WebCluster.Patience);
        await app.DisposeAsync();
    }

    [Fact]
    public async Task A_browser_that_reads_nothing_is_disconnected_and_delays_no_other()
    {
        await using var app = await StartAsync(o => (o.SendTimeout, o.MaxStreams) = (TimeSpan.FromSeconds(30), 2));
        app.Replica.GetRegister<string>("long").Set(new string('x', 1000));
        using var client = app.CreateOperator();
        using var slow = await Follower.StartAsync(client);
        using var quick = await Follower.StartAsync(client);
        await quick.ReadAsync();

        // The slow one's connection fills up, waits, and is closed: then there is room for another.
        await AdvanceUntilAsync(TimeSpan.FromSeconds(1), async () =>
        {
            await quick.ReadAsync();
            return await client.StatusOf("/peerreplica/stream") == HttpStatusCode.OK;
        });
    }

    private async Task<WebInstance> StartAsync(Action<PeerReplicaDashboardOptions>? dashboard = null)
    {
        var app = await DashboardApp.StartAsync(
            o => o.AddRegister<Watched>("watched").AddRegister<string>("long"),
            o =>
            {
                o.ShowValues = true;
                o.MaxStreamTime = TimeSpan.FromHours(1);
                dashboard?.Invoke(o);
            },
            s => s.AddSingleton<TimeProvider>(_clock));
        app.Replica.GetRegister<Watched>("watched").Set(new Watched());
        return app;
    }

    /// <summary>Lets time pass in steps while a condition is being waited for.</summary>
    private async Task AdvanceUntilAsync(TimeSpan step, Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(WebCluster.Patience);
        while (true)
        {
            var check = condition();
            while (await Task.WhenAny(check, Task.Delay(5, patience.Token)) != check)
            {
                patience.Token.ThrowIfCancellationRequested();
                _clock.Advance(step);
            }

            if (await check) return;
        }
    }

    /// <summary>A value that counts how often it is shown.</summary>
    public sealed class Watched
    {
        private static long s_reads;

        public static long Reads => Interlocked.Read(ref s_reads);

        public int Number
        {
            get
            {
                Interlocked.Increment(ref s_reads);
                return field;
            }

            set;
        }
    }

    /// <summary>A browser that follows; gives the number of the watched value in each update.</summary>
    private sealed class Follower(HttpResponseMessage response, StreamReader reader) : IDisposable
    {
        public static async Task<Follower> StartAsync(HttpClient client)
        {
            var response = await client.GetAsync(new Uri("/peerreplica/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
            Assert.Equal("text/event-stream", response.EnsureSuccessStatusCode().Content.Headers.ContentType?.MediaType);
            return new Follower(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
        }

        public async Task<string> ReadAsync()
        {
            while (await reader.ReadLineAsync() is { } line)
            {
                if (!line.StartsWith("data: ", StringComparison.Ordinal)) continue;
                var value = JsonDocument.Parse(line["data: ".Length..]).RootElement.GetProperty("objects").Named("watched").Text("value");
                return value.Length == 0 ? "0" : JsonDocument.Parse(value).RootElement.Text("Number");
            }

            return "ended";
        }

        /// <summary>Returns when the stream has ended.</summary>
        public async Task EndAsync()
        {
            using var patience = new CancellationTokenSource(WebCluster.Patience);
            while (await reader.ReadLineAsync(patience.Token) is not null)
            {
                // What was sent before.
            }
        }

        public void Dispose()
        {
            reader.Dispose();
            response.Dispose();
        }
    }
}
