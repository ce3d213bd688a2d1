using System.Collections.Concurrent;
using System.Reflection;

namespace PeerReplica.SlowTests.Web;

/// <summary>Runs all rows of a table of tests at once, each on an instance of its own, and says which do not hold.</summary>
internal static class ConformanceTable
{
    /// <summary>Runs a table of which every row must hold.</summary>
    /// <param name="create">Makes the instance of one row.</param>
    /// <param name="leastRows">How many rows the table has at least.</param>
    public static async Task AssertAsync<TTable>(Func<TTable> create, int leastRows)
        where TTable : IAsyncLifetime
    {
        var (rows, failures) = await RunAsync(create);
        Assert.True(rows >= leastRows, $"The table has {rows} rows.");
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    public static async Task<(int Rows, IReadOnlyDictionary<string, Exception> Failures)> RunAsync<TTable>(Func<TTable> create)
        where TTable : IAsyncLifetime
    {
        // Some calls block: rows that measure time must not wait for a thread.
        ThreadPool.SetMinThreads(64, 64);
        var failures = new ConcurrentDictionary<string, Exception>(StringComparer.Ordinal);
        var rows = typeof(TTable).GetMethods().Where(m => m.GetCustomAttribute<FactAttribute>() is not null).SelectMany(RowsOf).ToArray();
        await Task.WhenAll(rows.Select(row => Task.Run(async () =>
        {
            var table = create();
            await table.InitializeAsync();
            try
            {
                if (row.Method.Invoke(table, row.Arguments) is Task task) await task;
            }
            catch (Exception e)
            {
                failures.TryAdd(row.Method.Name, e is TargetInvocationException { InnerException: { } inner } ? inner : e);
            }
            finally
            {
                await table.DisposeAsync();
            }
        })));
        return (rows.Length, failures);
    }

    private static IEnumerable<(MethodInfo Method, object?[] Arguments)> RowsOf(MethodInfo method)
    {
        var data = method.GetCustomAttributes<InlineDataAttribute>().SelectMany(d => d.GetData(method)).ToArray();
        return data.Length == 0 ? [(method, [])] : data.Select(d => (method, d));
    }
}
