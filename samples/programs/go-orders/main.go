// Orders: parses, filters, sorts, hashes and prints them for five seconds, in two goroutines, and
// records its own CPU profile to the file that is named.
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"runtime/pprof"
	"sort"
	"strings"
	"sync"
	"time"
)

type order struct {
	ID       int      `json:"id"`
	Customer string   `json:"customer"`
	Items    []string `json:"items"`
	Amount   float64  `json:"amount"`
}

func makeOrders(count int) []byte {
	orders := make([]order, count)
	for i := range orders {
		orders[i] = order{i, fmt.Sprintf("customer-%d", i*7919%997), strings.Split("a,b,c,d", ","), float64(i*31%1009) / 3}
	}
	text, err := json.Marshal(orders)
	if err != nil {
		log.Fatal(err)
	}
	return text
}

func parse(text []byte) []order {
	var orders []order
	if err := json.Unmarshal(text, &orders); err != nil {
		log.Fatal(err)
	}
	return orders
}

func filter(orders []order, keep func(order) bool) []order {
	kept := orders[:0]
	for _, one := range orders {
		if keep(one) {
			kept = append(kept, one)
		}
	}
	return kept
}

func digest(orders []order) string {
	hash := sha256.New()
	for range [20]int{} {
		for _, one := range orders {
			io.WriteString(hash, one.Customer)
		}
	}
	return hex.EncodeToString(hash.Sum(nil))
}

func logRequest(out io.Writer, orders []order) {
	for _, one := range orders {
		fmt.Fprintf(out, "%s %+v\n", time.Now().Format(time.RFC3339Nano), one)
	}
}

func fibonacci(n int) int {
	if n < 2 {
		return n
	}
	return fibonacci(n-1) + fibonacci(n-2)
}

func serve(text []byte, until time.Time) {
	var out bytes.Buffer
	for time.Now().Before(until) {
		orders := filter(parse(text), func(one order) bool { return one.Amount > 100 })
		sort.Slice(orders, func(a, b int) bool { return orders[a].Customer < orders[b].Customer })
		digest(orders)
		out.Reset()
		logRequest(&out, orders)
		fibonacci(22)
	}
}

func main() {
	file, err := os.Create(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	text := makeOrders(500)
	if err := pprof.StartCPUProfile(file); err != nil {
		log.Fatal(err)
	}
	until := time.Now().Add(5 * time.Second)
	var workers sync.WaitGroup
	for _, name := range []string{"reader", "writer"} {
		workers.Add(1)
		labels := pprof.Labels("worker", name)
		go pprof.Do(context.Background(), labels, func(context.Context) {
			defer workers.Done()
			serve(text, until)
		})
	}
	workers.Wait()
	pprof.StopCPUProfile()
	file.Close()
}
